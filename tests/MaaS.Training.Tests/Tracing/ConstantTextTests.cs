using System.Globalization;
using System.Numerics;
using MaaS.Training.Tracing;

namespace MaaS.Training.Tests.Tracing;

public class ConstantTextTests
{
    [TestCase("10000000000", 1e10), TestCase("-0.", -0.0), TestCase("0.10000000000000001", 0.1),
        TestCase("inf", double.PositiveInfinity)]
    [TestCase("-inf", double.NegativeInfinity), TestCase("-nan", double.NaN), TestCase("nan(ind)", double.NaN),
        TestCase("-nan(ind)", double.NaN)]
    [TestCase("4.9406564584124654e-324", double.Epsilon)]
    public void Read_Float_GoesByTheDeclaredType(string text, double expected)
    {
        var value = ((TraceConstant.Real)ConstantText.Read("float", text)).Value;

        Assert.That(double.IsNaN(expected) ? double.IsNaN(value)
            : BitConverter.DoubleToInt64Bits(value) == BitConverter.DoubleToInt64Bits(expected));
    }

    [Test]
    public void Read_SeventeenDigits_GivesTheSameBits()
    {
        var random = new Random(3);
        for (var i = 0; i < 10_000; i++)
        {
            var value = BitConverter.Int64BitsToDouble(random.NextInt64());
            if (double.IsFinite(value))
            {
                var read = (TraceConstant.Real)ConstantText.Read(
                    "float", value.ToString("G17", CultureInfo.InvariantCulture));
                Assert.That(BitConverter.DoubleToInt64Bits(read.Value),
                    Is.EqualTo(BitConverter.DoubleToInt64Bits(value)));
            }
        }
    }

    [TestCase("1.+2.j", 1, 2), TestCase("-1.5e-05-2.e+10j", -1.5e-5, -2e10), TestCase("0.+-3.j", 0, -3)]
    public void Read_Complex_SplitsAtTheSign(string text, double real, double imaginary) =>
        Assert.That(((TraceConstant.ComplexNumber)ConstantText.Read("complex", text)).Value,
            Is.EqualTo(new Complex(real, imaginary)));

    [Test]
    public void Read_Text_HasItsEscapesResolved() =>
        Assert.That(ConstantText.Read("str", "\"a\\\"b\\n\\\\\\101\""),
            Is.EqualTo(new TraceConstant.Text("a\"b\n\\A")));

    [Test]
    public void Read_List_ReadsItsItems()
    {
        var list = (TraceConstant.List)ConstantText.Read("int[]", "[1, -2]");

        Assert.That(list.Items,
            Is.EqualTo(new TraceConstant[] { new TraceConstant.Int(1), new TraceConstant.Int(-2) }));
        Assert.That(((TraceConstant.List)ConstantText.Read("float[]", "[]")).Items, Is.Empty);
    }

    [Test]
    public void Read_Bool_IsOneOrZero()
    {
        Assert.That(ConstantText.Read("bool", "1"), Is.EqualTo(new TraceConstant.Flag(true)));
        Assert.That(ConstantText.Read("bool", "0"), Is.EqualTo(new TraceConstant.Flag(false)));
    }

    [Test]
    public void Read_UnknownType_Throws() =>
        Assert.That(() => ConstantText.Read("Dict(str, int)", "{}"),
            Throws.InstanceOf<TracingException>().With.Message.Contains("Dict"));
}
