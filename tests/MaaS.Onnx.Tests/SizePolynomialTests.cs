

namespace MaaS.Onnx.Tests;

public class SizePolynomialTests
{
    private static readonly Dictionary<string, long> Sizes = new() { ["batch"] = 3, ["seq"] = 5 };

    [TestCase("7", 7), TestCase("batch", 3), TestCase("2*batch+1", 7), TestCase("batch*seq", 15),
     TestCase("seq*batch*seq-4", 71), TestCase("+batch", 3), TestCase("seq - batch", 2), TestCase("-batch+seq", 2)]
    public void Evaluate_ParsedText_GivesTheNumber(string text, long expected) =>
        Assert.That(SizePolynomial.Parse(text).Evaluate(Sizes), Is.EqualTo(expected));

    [TestCase("+"), TestCase("-"), TestCase("*"), TestCase("batch+"), TestCase("batch++1"), TestCase("batch--1"),
     TestCase("2*"), TestCase("*batch")]
    public void Parse_SignWithoutOperand_IsRefused(string text) => Assert.That(
        () => SizePolynomial.Parse(text),
        Throws.InstanceOf<InvalidDataException>().With.Message.Contains($"'{text}'").And.Message.Contains("2*batch+1"));

    [Test]
    public void Product_OfSums_Expands()
    {
        var product = (SizePolynomial.Parse("batch") + 2) * (SizePolynomial.Parse("seq")
            + SizePolynomial.Parse("batch"));
        Assert.That(product.ToString(), Is.EqualTo("2*seq + batch*seq + batch*batch + 2*batch"));
        Assert.That(product.Evaluate(Sizes), Is.EqualTo(5 * 8));
    }

    [Test]
    public void Sum_OfOpposites_IsZero() =>
        Assert.That(SizePolynomial.Parse("batch") + SizePolynomial.Parse("-1*batch"), Is.EqualTo(SizePolynomial.Zero));

    [Test]
    public void Evaluate_UnknownSymbol_NamesIt() => Assert.That(
        () => SizePolynomial.Parse("2*width").Evaluate(Sizes),
        Throws.InstanceOf<KeyNotFoundException>().With.Message.Contains("width"));
}
