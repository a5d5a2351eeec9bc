using MaaS.Onnx.Quantization.Analysis;


namespace MaaS.Onnx.Tests.Quantization.Analysis;

public sealed class SqnrTests
{
    /// <summary>Σx² = 100, Σ(x−x̂)² = 1: 20 dB.</summary>
    [Test]
    public void Decibels_KnownError_IsExact()
    {
        var ratio = new Sqnr();
        ratio.Add([6], [6]);
        ratio.Add([8], [7]);
        Assert.That(ratio.Decibels, Is.EqualTo(20).Within(1e-12));
    }

    [Test]
    public void Decibels_NothingDiffers_IsInfinite()
    {
        var ratio = new Sqnr();
        ratio.Add([0, 0], [0, 0]);
        Assert.That(ratio.Decibels, Is.EqualTo(double.PositiveInfinity));
        ratio.Add([0], [1]);
        Assert.That(ratio.Decibels, Is.EqualTo(double.NegativeInfinity));
    }

    [Test]
    public void Add_LengthsDiffer_Throws() => Assert.That(() => new Sqnr().Add([1, 2], [1]), Throws.ArgumentException);
}
