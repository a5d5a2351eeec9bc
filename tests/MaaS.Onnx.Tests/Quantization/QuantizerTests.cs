using MaaS.Onnx.Quantization;
using MaaS.Onnx.Quantization.Schemes;


namespace MaaS.Onnx.Tests.Quantization;

public sealed class QuantizerTests
{
    private static readonly QuantizerOptions Fast =
        new() { LatencyDuration = TimeSpan.FromMilliseconds(200), Inference = new()
        {
            IntraOpThreads = 1,
        }, MinSpeedup = 0, MaxAccuracyDrop = 0.01 };

    [Test]
    public void Run_AccurateEnough_ReturnsTheQuantizedModel()
    {
        var model = ModelFixture.Load("mlp");

        var result = Run(Fast, new StaticScheme(ModelFixture.Calibration("mlp")));

        TestContext.Out.WriteLine(result.Report);
        Assert.Multiple(() =>
        {
            Assert.That(result.Report.Accepted);
            Assert.That(result.Report.Float.Accuracy, Is.EqualTo(ModelFixture.ExpectedAccuracy("mlp")).Within(0.0011));
            Assert.That(result.Report.Quantized.Accuracy, Is.EqualTo(ModelFixture.Accuracy(result.Model, "mlp")));
            Assert.That(result.Report.Compression, Is.GreaterThan(3.5));
            Assert.That(result.Report.Float.Bytes, Is.EqualTo(model.WeightBytes));
        });
    }

    [Test]
    public void Run_Transformer_SpeedupIsTheRatioOfLatencies()
    {
        var report = new Quantizer(Fast).Run(
            ModelFixture.Load("transformer"), new DynamicScheme(),
            static model => ModelFixture.Accuracy(model, "transformer"),
            ModelFixture.Calibration("transformer").First()).Report;

        Assert.That(report.Float.LatencyMs, Is.GreaterThan(0));
        Assert.That(report.Speedup, Is.EqualTo(report.Float.LatencyMs / report.Quantized.LatencyMs));
    }

    [Test]
    public void Run_NotFastEnough_ReturnsTheFloatModel()
    {
        var result = Run(Fast with { MinSpeedup = 1000 }, new DynamicScheme());

        Assert.That(result.Report.Accepted, Is.False);
        Assert.That(result.Report.Reason, Does.Contain("times as fast, less than 1000"));
        Assert.That(result.Model.WeightBytes, Is.EqualTo(ModelFixture.Load("mlp").WeightBytes));
    }

    [Test]
    public void Run_NotFastEnoughButToldSo_ReturnsTheQuantizedModel()
    {
        var result = Run(Fast with { MinSpeedup = 1000, AcceptAnyway = true }, new DynamicScheme());

        Assert.That(result.Report.Accepted);
        Assert.That(result.Report.Reason, Does.StartWith("although"));
        Assert.That(result.Model.WeightBytes, Is.LessThan(ModelFixture.Load("mlp").WeightBytes));
    }

    [Test]
    public void Run_WorseOnTheCallersMeasure_ReturnsTheFloatModel()
    {
        bool first = true;
        var result = new Quantizer(Fast).Run(
            ModelFixture.Load("mlp"), new DynamicScheme(), _ => first ? (first = false, 0.9).Item2 : 0.8,
            ModelFixture.Calibration("mlp").First());

        Assert.That(result.Report.Accepted, Is.False);
        Assert.That(result.Report.Reason, Does.Contain("loses 0.1000 of accuracy"));
    }

    // 0.976 − 0.974 is 0.0020000000000000018 in binary.
    [Test]
    public void Run_DropOfExactlyWhatIsAllowed_IsAccepted()
    {
        bool first = true;
        var result = new Quantizer(Fast with { MaxAccuracyDrop = 0.002 }).Run(
            ModelFixture.Load("mlp"), new DynamicScheme(), _ => first ? (first = false, 0.976).Item2 : 0.974,
            ModelFixture.Calibration("mlp").First());

        Assert.That(result.Report.Accepted);
    }

    [Test]
    public void Run_TestData_IsLookedAtOnceForEachModelAndDecidesNothing()
    {
        List<double> answers = [0.9, 0.5];   // 0.4 lost: more than is allowed.
        var result = new Quantizer(Fast).Run(
            ModelFixture.Load("mlp"), new DynamicScheme(), static model => ModelFixture.Accuracy(model, "mlp"),
            ModelFixture.Calibration("mlp").First(), _ => Next(answers));

        Assert.That(answers, Is.Empty, "once for the float and once for the quantized model");
        Assert.That(result.Report.Accepted, "the validation data decides");
        Assert.That(result.Report.Test, Is.EqualTo(new TestAccuracy(0.9, 0.5)));
        Assert.That(
            result.Report.ToString(),
            Does.Match(@"validation accuracy +0\.88").And.Match(@"test accuracy +0\.9000 +0\.5000 +-0\.4000"));
    }

    private static double Next(List<double> answers)
    {
        var first = answers[0];
        answers.RemoveAt(0);
        return first;
    }

    [Test]
    public void Run_NothingToQuantize_SaysSo()
    {
        var none = new StaticScheme(
            ModelFixture.Calibration("mlp"), new() { OpTypes = new HashSet<string> { "Conv" } });

        var result = Run(Fast, none);

        Assert.That(result.Report.Accepted, Is.False);
        Assert.That(result.Report.Reason, Does.Contain("no node"));
    }

    private static QuantizationResult Run(QuantizerOptions options, IQuantizationScheme scheme)
        => new Quantizer(options).Run(
        ModelFixture.Load("mlp"), scheme, static model => ModelFixture.Accuracy(model, "mlp"),
        ModelFixture.Calibration("mlp").First());
}
