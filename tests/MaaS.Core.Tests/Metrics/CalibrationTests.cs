using MaaS.Core.Metrics;

namespace MaaS.Core.Tests.Metrics;

public sealed class CalibrationTests
{
    [Test]
    public void From_FourSamples_CountsThemIntoTheirBins()
    {
        // Chosen with 0.9, 0.9, 0.6 and 0.6; right, wrong, right, right.
        float[] probabilities = [0.9f, 0.1f, 0.9f, 0.1f, 0.4f, 0.6f, 0.6f, 0.4f];
        var calibration = Calibration.From(probabilities, [0, 1, 1, 0], bins: 4);
        Assert.That(calibration.Bins.Select(static b => b.Count), Is.EqualTo(new[] { 0L, 0, 2, 2 }));
        Assert.That(calibration.Bins[2].Accuracy, Is.EqualTo(1));
        Assert.That(calibration.Bins[2].Confidence, Is.EqualTo(0.6).Within(1e-6));
        Assert.That(calibration.Bins[3].Accuracy, Is.EqualTo(0.5));
        // By hand, Guo et al. 2017, equation 3: ½ · |1 − 0.6| + ½ · |0.5 − 0.9|.
        Assert.That(calibration.ExpectedError, Is.EqualTo(0.4).Within(1e-6));
        Assert.That(calibration.LargestError, Is.EqualTo(0.4).Within(1e-6));
    }

    [Test]
    public void From_EdgeOfABin_BelongsToTheLowerOne()
        => Assert.That(
            Calibration.From([0.5f, 0.5f], [0], bins: 2).Bins.Select(static b => b.Count), Is.EqualTo(new[] { 1L, 0 }));

    [Test]
    public void From_CertainAndRight_HasNoError()
        => Assert.That(Calibration.From([1, 0, 0, 1], [0, 1]).ExpectedError, Is.Zero);

    [Test]
    public void From_NotANumber_IsRefused()
        => Assert.That(() => Calibration.From([float.NaN, 0], [0]), Throws.ArgumentException);
}
