using MaaS.Training.Data;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Data;

internal sealed class SeriesWindowsTests
{
    [Test]
    public void Of_ASeries_GivesEveryWindowAndWhatFollows()
    {
        using var scope = NewDisposeScope();
        var series = arange(20, ScalarType.Float32).reshape(10, 2);       // Step t is (2t, 2t + 1).
        var (inputs, targets) = SeriesWindows.Of(series, length: 4, horizon: 3);

        Assert.That(inputs.shape, Is.EqualTo(new long[] { 4, 4, 2 }));
        Assert.That(targets.shape, Is.EqualTo(new long[] { 4, 3, 1 }));
        Assert.That(inputs[3].reshape(-1).data<float>().ToArray(), Is.EqualTo(Enumerable.Range(6, 8)));
        Assert.That(targets[3].reshape(-1).data<float>().ToArray(), Is.EqualTo(new[] { 14f, 16, 18 }));
        Assert.That(targets[0].reshape(-1).data<float>().ToArray(), Is.EqualTo(new[] { 8f, 10, 12 }));
    }

    [Test]
    public void Of_AShortSeries_IsRefused()
    {
        using var scope = NewDisposeScope();
        Assert.That(
            () => SeriesWindows.Of(zeros(6, 2), 4, 3), Throws.ArgumentException.With.Message.Contains("N at least 7"));
        Assert.That(() => SeriesWindows.Of(zeros(9, 2), 4, 3, targets: 3), Throws.ArgumentException);
    }
}
