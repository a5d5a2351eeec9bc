using System.Globalization;
using System.Text;
using System.Text.Json;
using MaaS.Serving.Json;

namespace MaaS.Serving.Tests.Json;

/// <summary>Number parsers against .NET's own, bit for bit, and against its JSON reader for what a number is.</summary>
public sealed class NumberTextTests
{
    private static readonly string[] Edges =
    [
        "0", "-0", "0.0", "-0.0e5", "1", "-1", "0.1", "16777217", "16777216.5", "33554434.999", "9007199254740993",
        "18446744073709551615",
        "18446744073709551616", "99999999999999999999", "123456789012345678901234567890",
        "0.000000000000000000000000000000123456789",
        "1.1754943508222875e-38", "1.17549429e-38", "1.4e-45", "7.0064923216240853e-46", "7.0064923216240854e-46",
        "1e-400", "3.4028234663852886e38",
        "3.4028235677973366e38", "1.7976931348623157e308", "2.2250738585072014e-308", "4.9e-324", "0e999999999999",
        "1.00000005960464477539062500",
        "1.00000005960464477539062501", "1.00000005960464477539062499", "1.000000059604644775390625e0", "8388608.5",
        "8388609.5", "0.00012156862765550613",
        "1E+2", "1e-2", "12345678", "123456781234567812345678", "1.12345678", "0.12345678123456781", "1e44", "1e45",
        "1e-44", "1e-45",
    ];

    [TestCaseSource(nameof(Edges))]
    public void Parse_Edge_GivesTheBitsOfDotNet(string text) => Compare(text);

    [Test]
    public void Parse_RandomFloats_GiveTheBitsOfDotNet()
    {
        var random = new Random(3);
        for (var i = 0; i < 100_000; i++)
        {
            var single = BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue));
            var real = (i % 3) switch
            {
                0 => single,
                1 => random.NextDouble() * Math.Pow(10, random.Next(-12, 12)),
                _ => random.Next(-500, 500) / 255f,
            };
            if (double.IsFinite(real))
            {
                Compare(real.ToString("R", CultureInfo.InvariantCulture));
                Compare(((float)real).ToString("R", CultureInfo.InvariantCulture));
            }
        }
    }

    [Test]
    public void Parse_NextToMidpointsOfFloats_GivesTheBitsOfDotNet()
    {
        var random = new Random(4);
        for (var i = 0; i < 20_000; i++)
        {
            // Halfway between two floats, written in full, and a hair beside it.
            var below = BitConverter.Int32BitsToSingle(random.Next(0x3000_0000, 0x4F00_0000));
            var midpoint = ((decimal)(double)below + (decimal)(double)MathF.BitIncrement(below)) / 2;
            var text = midpoint.ToString(CultureInfo.InvariantCulture);
            Compare(text);
            Compare(text.Contains('.', StringComparison.Ordinal) ? text + "0001" : text + ".0001");
            Compare(((double)midpoint).ToString("R", CultureInfo.InvariantCulture));
            Compare(Math.BitDecrement((double)midpoint).ToString("R", CultureInfo.InvariantCulture));
        }
    }

    [Test]
    public void Parse_RandomCharacters_TakesWhatAJsonReaderTakes()
    {
        var random = new Random(5);
        const string Alphabet = "0123456789-+.eE0123456789";
        for (var i = 0; i < 200_000; i++)
        {
            var text = new string(
                [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);
            var bytes = Encoding.UTF8.GetBytes(text + ",");
            var json = Reader(text);

            Assert.That(
                FloatText.Parse(bytes, out _) == text.Length, Is.EqualTo(json is { } j && float.IsFinite(j.Single)),
                text);
            Assert.That(
                DoubleText.Parse(bytes, out _) == text.Length, Is.EqualTo(json is { } k && double.IsFinite(k.Double)),
                text);
            var taken = IntegerText<long>.Parse(bytes, out var whole) == text.Length;
            Assert.That(taken ? whole : (long?)null, Is.EqualTo(json?.Whole), text);
        }
    }

    [TestCase("127", true)]
    [TestCase("-128", true)]
    [TestCase("128", false)]
    [TestCase("-129", false)]
    [TestCase("99999999999999999999999999", false)]
    public void Parse_Int8_KeepsToTheRange(string text, bool fits)
        => Assert.That(IntegerText<sbyte>.Parse(Encoding.UTF8.GetBytes(text), out _) > 0, Is.EqualTo(fits));

    private static (float Single, double Double, long? Whole)? Reader(string text)
    {
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
            reader.Read();
            return (
                reader.TryGetSingle(out var f) ? f : float.NaN, reader.TryGetDouble(out var d) ? d : double.NaN,
                reader.TryGetInt64(out var i) ? i : null);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Compare(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text + "]");
        var single = float.Parse(text, CultureInfo.InvariantCulture);
        var length = FloatText.Parse(bytes, out var f);
        if (length != (float.IsFinite(single) ? text.Length : 0)
            || (length > 0 && BitConverter.SingleToInt32Bits(f) != BitConverter.SingleToInt32Bits(single)))
        {
            Assert.Fail($"float32 {text}: expected {single:R}, got {f:R} of {length} characters");
        }

        var real = double.Parse(text, CultureInfo.InvariantCulture);
        length = DoubleText.Parse(bytes, out var d);
        if (length != (double.IsFinite(real) ? text.Length : 0)
            || (length > 0 && BitConverter.DoubleToInt64Bits(d) != BitConverter.DoubleToInt64Bits(real)))
        {
            Assert.Fail($"float64 {text}: expected {real:R}, got {d:R} of {length} characters");
        }
    }
}
