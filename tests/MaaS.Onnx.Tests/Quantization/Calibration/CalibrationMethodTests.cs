using System.Text.Json;
using MaaS.Onnx.Quantization.Calibration;
using MaaS.Onnx.Quantization.Numerics;

namespace MaaS.Onnx.Tests.Quantization.Calibration;

/// <summary>Against the NumPy reference in Fixtures/make_reference.py.</summary>
public sealed class CalibrationMethodTests
{
    private static IEnumerable<TestCaseData> Distributions() => ReferenceFixture.Cases("calibration");

    [TestCaseSource(nameof(Distributions))]
    public void MinMax_Batches_EqualsNumPy(JsonElement expected)
    {
        var range = Calibrate(new MinMaxCalibration(), expected.Batches());

        var minmax = expected.GetProperty("minmax");
        Assert.Multiple(() =>
        {
            Assert.That(range, Is.EqualTo(Range(minmax)));
            AssertParameters(LinearParameters.For(range), minmax.GetProperty("uint8"));
            AssertParameters(LinearParameters.For(range, QuantizedType.Int8), minmax.GetProperty("int8"));
        });
    }

    [TestCaseSource(nameof(Distributions))]
    public void MovingAverage_Batches_EqualsNumPy(JsonElement expected)
    {
        var range = Calibrate(new MovingAverageCalibration(), expected.Batches());

        Assert.That(range, Is.EqualTo(Range(expected.GetProperty("moving_average"))));
    }

    [TestCaseSource(nameof(Distributions))]
    public void Percentile_Batches_EqualsNumPy(JsonElement expected)
    {
        Assert.Multiple(() =>
        {
            AssertThreshold(new PercentileCalibration(99.9), expected, "percentile_99_9");
            AssertThreshold(new PercentileCalibration(), expected, "percentile_99_999");
        });
    }

    [TestCaseSource(nameof(Distributions))]
    public void Entropy_Batches_EqualsNumPy(JsonElement expected) =>
        AssertThreshold(new EntropyCalibration(), expected, "entropy");

    [TestCaseSource(nameof(Distributions))]
    public void Mse_Batches_NearTheLeastErrorOfAllThresholds(JsonElement expected)
    {
        float[][] batches = expected.Batches();
        var parameters = LinearParameters.For(Calibrate(new MseCalibration(), batches));

        double error = batches.SelectMany(static batch => batch)
            .Average(value => Math.Pow(value - parameters.Dequantize(parameters.Quantize(value)), 2));
        Assert.That(error, Is.LessThanOrEqualTo(1.01 * expected.GetProperty("mse_least").GetDouble()));
    }

    [Test]
    public void Histogram_SplitAndReversed_GivesTheSameRange([Values("percentile", "entropy", "mse")] string name)
    {
        var method = CalibrationMethods.ByName(name);
        float[] values = [
            .. ReferenceFixture.Section("calibration").EnumerateArray().Last().Batches().SelectMany(b => b),
        ];

        var once = Calibrate(method, [values]);
        var split = Calibrate(method, [.. values.Reverse().Chunk(7)]);

        Assert.That(split, Is.EqualTo(once));
    }

    [Test]
    public void Observe_ManyBatches_AllocatesNothingMore()
    {
        float[] batch = [.. Enumerable.Range(0, 1000).Select(i => i - 500f)];
        foreach (string name in CalibrationMethods.Names)
        {
            var observer = CalibrationMethods.ByName(name).CreateObserver();
            observer.Observe(batch);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
            {
                observer.Observe(batch);
            }

            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1000), name);
        }
    }

    [Test]
    public void Observe_NotFinite_NamesTheElement(
        [Values(float.NaN, float.PositiveInfinity, float.NegativeInfinity)] float bad)
    {
        float[] values = new float[40];
        values[21] = bad;
        foreach (string name in CalibrationMethods.Names)
        {
            var observer = CalibrationMethods.ByName(name).CreateObserver();
            Assert.That(
                () => observer.Observe(values), Throws.ArgumentException.With.Message.Contain("element 21"), name);
            Assert.That(() => observer.Range(), Throws.InvalidOperationException, name);
        }
    }

    [Test]
    public void Range_AllZeros_IsUsable()
    {
        foreach (string name in CalibrationMethods.Names)
        {
            var parameters = LinearParameters.For(Calibrate(CalibrationMethods.ByName(name), [new float[100]]));
            Assert.That(parameters, Is.EqualTo(new LinearParameters(1, 0)), name);
        }
    }

    [Test]
    public void ByName_Unknown_ListsTheNames() =>
        Assert.That(
            () => CalibrationMethods.ByName("max"),
            Throws.ArgumentException.With.Message.Contain("entropy, minmax, moving-average, mse, percentile"));

    private static ValueRange Calibrate(ICalibrationMethod method, IEnumerable<float[]> batches)
    {
        var observer = method.CreateObserver();
        foreach (float[] batch in batches)
        {
            observer.Observe(batch);
        }

        return observer.Range();
    }

    private static void AssertThreshold(ICalibrationMethod method, JsonElement expected, string name)
    {
        var seen = Range(expected.GetProperty("minmax"));
        float threshold = expected.GetProperty(name).GetSingle();
        var range = Calibrate(method, expected.Batches());
        Assert.That(range.Min, Is.EqualTo(Math.Max(seen.Min, -threshold)));
        Assert.That(range.Max, Is.EqualTo(Math.Min(seen.Max, threshold)));
    }

    private static void AssertParameters(LinearParameters actual, JsonElement expected) =>
        Assert.That(actual, Is.EqualTo(new LinearParameters(
            expected.GetProperty("scale").GetSingle(), expected.GetProperty("zero_point").GetInt32())));

    private static ValueRange Range(JsonElement element) =>
        new(element.GetProperty("min").GetSingle(), element.GetProperty("max").GetSingle());
}
