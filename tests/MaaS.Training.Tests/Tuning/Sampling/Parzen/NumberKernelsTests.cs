using System.Text.Json;
using MaaS.Training.Tuning.Sampling.Parzen;
using MaaS.Training.Tuning.Spaces;

namespace MaaS.Training.Tests.Tuning.Sampling.Parzen;

internal sealed class NumberKernelsTests
{
    private const int Draws = 20_000;

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    public void LogDensityAndSample_OneTrial_AreSciPysTruncatedNormal(int number)
    {
        using var fixture = JsonDocument.Parse(File.ReadAllText(
            Path.Combine(TestContext.CurrentContext.TestDirectory, "Tuning", "Fixtures", "sobol.json")));
        var expected = fixture.RootElement.GetProperty("kernels")[number];
        double Number(string name) => expected.GetProperty(name).GetDouble();
        var kernels = new NumberKernels(
            new NumberScale("x", Number("low"), Number("high"), log: false, step: null), [Number("mean")],
            dimensions: 1, magicClip: false);

        foreach (var (place, density) in expected.GetProperty("places").EnumerateArray()
            .Zip(expected.GetProperty("log_density").EnumerateArray()))
        {
            Assert.That(
                kernels.LogDensity(0, place.GetDouble()), Is.EqualTo(density.GetDouble()).Within(1e-9));
        }

        // Four standard errors of the mean.
        var random = new Random(1);
        Assert.That(
            Enumerable.Range(0, Draws).Average(_ => kernels.Sample(0, random)),
            Is.EqualTo(Number("expectation")).Within(4 * Number("deviation") / Math.Sqrt(Draws)));
    }

    [TestCase(false, 0.25)]
    [TestCase(true, 1.0)]
    public void LogDensity_Steps_AreProbabilities(bool log, double step)
    {
        var scale = new NumberScale("x", 1, 9, log, step);
        var kernels = new NumberKernels(scale, [2, 8], dimensions: 2, magicClip: true);
        for (var kernel = 0; kernel < 3; kernel++)
        {
            var sum = Enumerable.Range(0, (int)scale.Count!.Value)
                .Sum(i => Math.Exp(kernels.LogDensity(kernel, 1 + (i * step))));
            Assert.That(sum, Is.EqualTo(1).Within(1e-9), $"kernel {kernel}");
        }

        var random = new Random(2);
        Assert.That(Enumerable.Range(0, 500).All(_ => scale.Contains(kernels.Sample(1, random))), Is.True);
    }
}
