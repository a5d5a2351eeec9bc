using MaaS.Onnx;
using MaaS.Onnx.Quantization.Qdq;
using MaaS.Tests;
using MaaS.Training.Data;
using MaaS.Training.Evaluation;
using MaaS.Training.Export;
using MaaS.Training.Fitting;
using MaaS.Training.Interop;
using MaaS.Training.Models;
using MaaS.Training.Quantization;
using MaaS.Training.Tests.Pruning;
using MaaS.Training.Tracing;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Quantization;

[TestFixture]
public class QuantizationAwareTests
{
    private static readonly TrainerOptions Short = new() { Epochs = 6, BatchSize = 32, LearningRate = 3e-3 };

    private DisposeScope _scope = null!;

    [SetUp]
    public void Open()
    {
        _scope = NewDisposeScope();
        manual_seed(1);
    }

    [TearDown]
    public void Close() => _scope.Dispose();

    [Test]
    public void Export_AfterTraining_AgreesWithTheRoundedModule()
    {
        var (train, test) = TestData.Digits();
        using var net = new DigitsNet();
        using var qat = QuantizationAware.Prepare(net, new QuantizationAwareOptions { ReduceRange = true });
        new Trainer(Short).Fit(net, train);
        net.eval();
        var (input, _) = test.GetBatch(arange(200, dtype: ScalarType.Int64), CPU);
        var result = qat.Export(input);

        var expected = net.call(input).detach();
        var difference = (Run(result.Model, input) - expected).abs();
        var unquantized = (Run(result.Float, input) - expected).abs();
        float step = (expected.max() - expected.min()).item<float>() / 255;
        TestContext.Out.WriteLine(
            $"step {step}, worst {difference.max().item<float>()}, mean {difference.mean().item<float>()}, "
            + $"float: worst {unquantized.max().item<float>()}, mean {unquantized.mean().item<float>()}");
        Assert.That(difference.max().item<float>(), Is.LessThan(step));
        Assert.That(
            unquantized.mean().item<float>(), Is.GreaterThan(5 * difference.mean().item<float>()),
            "training saw the rounding");
        Assert.That(result.Report.Calibrated, Is.Empty, "every rounded value was seen");
        Assert.That(result.Report.FloatNodes, Is.Empty);
        Assert.That(result.Model.Graph.Node.Count(static n => n.OpType == "BatchNormalization"), Is.Zero);
        Check(result.Model);
        train.Dispose();
        test.Dispose();
    }

    [Test]
    public void Export_OfAnUnbalancedNetwork_BeatsStaticQuantization()
    {
        var (train, test) = TestData.Digits();
        using var net = new DigitsNet();
        new Trainer(Short).Fit(net, train);
        net.Unbalance();
        double exact = Evaluator.Evaluate(net, test).Accuracy;
        var (sample, _) = train.GetBatch(arange(train.Count, dtype: ScalarType.Int64), CPU);
        var quantizer = new StaticQuantizer(new() { ReduceRange = true });
        var model = OnnxExporter.Export(net, sample).Model;
        var ranges = quantizer.Calibrate(
            model, [new Dictionary<string, Onnx.Inference.TensorValue> { ["input"] = TensorValues.Of(sample) }]);
        double after = Accuracy(quantizer.Quantize(model, ranges), test);

        using var qat = QuantizationAware.Prepare(net, new QuantizationAwareOptions { ReduceRange = true });
        new Trainer(Short).Fit(net, train);
        double aware = Accuracy(qat.Export(sample).Model, test);
        TestContext.Out.WriteLine($"float {exact}, static {after}, quantization-aware {aware}");
        Assert.That(exact, Is.GreaterThan(0.9));
        Assert.That(after, Is.LessThan(exact - 0.1), "one channel takes the whole range");
        Assert.That(aware, Is.GreaterThan(after + 0.1));
        train.Dispose();
        test.Dispose();
    }

    [Test]
    public void Fit_OfAPreparedConvNet_LearnsRangesWithOneWorker(
        [Values(TrainingPrecision.Fp32, TrainingPrecision.Bf16)] TrainingPrecision precision)
    {
        using var net = ModelCatalog.Create("convnet", [1, 8, 8], 2, seed: 1);
        using var data = TestData.Blobs(64, 1, 8, 8);
        var options = new TrainerOptions { Epochs = 3, BatchSize = 32, LearningRate = 0.01, Precision = precision };
        using var qat = QuantizationAware.Prepare(net);
        var result = new Trainer(options).Fit(net, data);
        Assert.That(result.Plan.Workers, Is.EqualTo(1));
        Assert.That(result.Epochs[^1].TrainLoss, Is.LessThan(result.Epochs[0].TrainLoss));
        Assert.That(
            qat.Export(randn([4, 1, 8, 8])).Report.FloatNodes, Is.Empty,
            "the fused kernel would leave the layer unseen");
        Assert.That(
            () => new Trainer(options with { Workers = 2 }).Fit(net, data),
            Throws.ArgumentException.With.Message.Contains("Workers"));
    }

    [Test]
    public void Export_OfAResidualNetwork_CalibratesSumsOnTheExample()
    {
        using var net = ModelCatalog.Create("resnet", [1, 8, 8], 2, seed: 1);
        using var data = TestData.Blobs(64, 1, 8, 8);
        using var qat = QuantizationAware.Prepare(net);
        new Trainer(new TrainerOptions { Epochs = 2, BatchSize = 16 }).Fit(net, data);
        net.eval();
        var (input, _) = data.GetBatch(arange(64, dtype: ScalarType.Int64), CPU);
        var result = qat.Export(input);
        TestContext.Out.WriteLine(result.Report);
        Assert.That(result.Report.Calibrated, Is.Not.Empty);
        Assert.That(result.Report.Learned, Has.Count.GreaterThan(result.Report.Calibrated.Count));
        Check(result.Model);
        var agree = Run(result.Model, input).argmax(1).eq(net.call(input).argmax(1)).to(ScalarType.Float32).mean()
            .item<float>();
        Assert.That(agree, Is.GreaterThan(0.95));
    }

    [Test]
    public void Export_OfALayerThatRunsTwiceOverSequences_UsesOneRangeForBoth()
    {
        using var net = new TwiceNet();
        var input = randn([16, 5, 8]);
        using var qat = QuantizationAware.Prepare(
            net, new QuantizationAwareOptions { AveragingWeight = 1, ReduceRange = true });
        net.call(input);
        net.eval();
        var result = qat.Export(input);
        TestContext.Out.WriteLine(result.Report);
        Assert.That(result.Report.FloatNodes, Is.Empty);
        Assert.That(result.Report.Learned, Has.Count.EqualTo(2));
        float[] scales = [.. result.Report.Learned.Select(name => result.Model.Graph.Initializer
            .Single(tensor => tensor.Name == $"{name}_scale").ToArray<float>()[0])];
        Assert.That(scales[0], Is.EqualTo(scales[1]));
        var expected = net.call(input).detach();
        var difference = (Run(result.Model, input) - expected).abs().max().item<float>();
        Assert.That(difference, Is.LessThan((expected.max() - expected.min()).item<float>() / 64));
        Check(result.Model);
    }

    // The oracle is the rounded module itself, whose products run in float.
    [Test]
    public void Export_OfOneDimensionalConvolutions_AgreesWithTheRoundedModule()
    {
        using var net = nn.Sequential(
            ("first", nn.Conv1d(3, 8, 5, padding: 2)), ("relu", nn.ReLU()),
            ("second", nn.Conv1d(8, 6, 3, stride: 2, padding: 1, groups: 2)), ("flat", nn.Flatten()),
            ("dense", nn.Linear(6 * 8, 4)));
        var input = randn([64, 3, 16]);
        var exact = net.call(input).detach();
        using var qat = QuantizationAware.Prepare(
            net, new QuantizationAwareOptions { AveragingWeight = 1, ReduceRange = true });
        Assert.That(qat.Layers, Is.EqualTo(new[] { "first", "second", "dense" }));
        var optimizer = optim.Adam(net.parameters(), 0.003);
        for (var step = 0; step < 5; step++)
        {
            optimizer.zero_grad();
            nn.functional.mse_loss(net.call(input), exact).backward();
            optimizer.step();
        }

        net.call(input);   // ranges of the weights as they are now
        net.eval();
        var result = qat.Export(input);
        Assert.That(result.Report.FloatNodes, Is.Empty);
        Assert.That(result.Report.Calibrated, Is.Empty);
        Assert.That(result.Model.Graph.Node.Count(static node => node.OpType == "Conv"), Is.EqualTo(2));
        var expected = net.call(input).detach();
        var step8 = (expected.max() - expected.min()).item<float>() / 255;
        var difference = (Run(result.Model, input) - expected).abs();
        Assert.That(difference.max().item<float>(), Is.LessThan(2 * step8));
        Assert.That(
            (Run(result.Float, input) - expected).abs().mean().item<float>(),
            Is.GreaterThan(2 * difference.mean().item<float>()));
        Check(result.Model);
    }

    [Test]
    public void Call_WithOtherPaddings_RoundsTheLayersOwnProduct(
        [Values] bool same, [Values(PaddingModes.Zeros, PaddingModes.Reflect, PaddingModes.Circular)] PaddingModes mode)
    {
        // A window as high as wide where TorchSharp would pad the other axis (TorchSharpFaultTests).
        var window = mode == PaddingModes.Zeros ? (2L, 3L) : (3L, 3L);
        using var conv = same
            ? nn.Conv2d(2, 4, window, Padding.Same, padding_mode: mode, groups: 2)
            : nn.Conv2d(2, 4, (2, 3), (2, 1), (1, 2), (1, 1), mode, 2);
        var input = randn([3, 2, 7, 9]);
        var exact = conv.call(input);
        using var qat = QuantizationAware.Prepare(conv);
        var rounded = conv.call(input);
        Assert.That(rounded.shape, Is.EqualTo(exact.shape));
        var difference = (rounded - exact).abs().max().item<float>();
        Assert.That(difference, Is.GreaterThan(0).And.LessThan(0.1));
    }

    [Test]
    public void Dispose_RestoresTheModule()
    {
        using var net = new DigitsNet();
        var input = randn([4, 1, 8, 8]);
        net.eval();
        var expected = net.call(input);
        var keys = net.state_dict().Keys.ToArray();
        var state = net.state_dict().ToDictionary(static e => e.Key, static e => e.Value.clone());
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (NewDisposeScope())
        {
            var qat = QuantizationAware.Prepare(net);
            net.first.train();   // The norm stays in evaluation mode, so that nothing but ranges may change.
            Assert.That(net.call(input).allclose(expected), Is.False, "it rounds");
            qat.Export(input);
            Assert.That(net.state_dict().Keys, Is.EqualTo(keys));
            qat.Dispose();
            qat.Dispose();
        }

        Assert.That(DisposeScopeManager.Statistics.ThreadTotalLiveCount, Is.EqualTo(live));
        Assert.That(net.call(input).eq(expected).all().item<bool>());
        Assert.That(net.state_dict().All(e => e.Value.eq(state[e.Key]).all().item<bool>()));
        using var again = QuantizationAware.Prepare(net);
        Assert.That(again.Layers, Is.EqualTo(new[] { "first", "second", "dense" }));
    }

    [Test]
    public void Prepare_WithExcludedLayers_LeavesThemFloat()
    {
        using var net = new DigitsNet();
        using var qat = QuantizationAware.Prepare(
            net, new QuantizationAwareOptions { Exclude = new HashSet<string> { "first" } });
        Assert.That(qat.Layers, Is.EqualTo(new[] { "second", "dense" }));
        Assert.That(
            () => qat.Export(randn([2, 1, 8, 8])),
            Throws.InvalidOperationException.With.Message.Contains("training mode"));
        net.call(randn([4, 1, 8, 8]));
        Assert.That(qat.Export(randn([4, 1, 8, 8])).Report.FloatNodes, Is.EqualTo(new[] { "first/Conv" }));
    }

    [Test]
    public void Prepare_OfWhatCannotBe_Throws()
    {
        using var net = new DigitsNet();
        using var relu = nn.ReLU();
        Assert.That(() => QuantizationAware.Prepare(relu), Throws.ArgumentException.With.Message.Contains("Linear"));
        Assert.That(
            () => QuantizationAware.Prepare(
                net, new QuantizationAwareOptions { Exclude = new HashSet<string> { "frist" } }),
            Throws.ArgumentException.With.Message.Contains("'frist'"));
        Assert.That(
            () => QuantizationAware.Prepare(net, new QuantizationAwareOptions { AveragingWeight = 0 }),
            Throws.ArgumentException.With.Message.Contains("AveragingWeight"));
        using var qat = QuantizationAware.Prepare(net);
        Assert.That(
            () => QuantizationAware.Prepare(net), Throws.InvalidOperationException.With.Message.Contains("'first'"));
        Assert.That(net.call(randn([2, 1, 8, 8])), Is.Not.Null, "the refused second preparation took nothing away");
        Assert.That(
            () => net.call(full([2, 1, 8, 8], float.NaN)),
            Throws.TypeOf<DivergedException>().With.Message.Contains("'first'"));
    }

    private sealed class TwiceNet : nn.Module<Tensor, Tensor>
    {
        private readonly TorchSharp.Modules.Linear dense = nn.Linear(8, 8);

        public TwiceNet()
            : base(nameof(TwiceNet)) => RegisterComponents();

        // (B, T, 8)
        public override Tensor forward(Tensor input) => dense.call(nn.functional.relu(dense.call(input)));
    }

    private static double Accuracy(OnnxModel model, ImageDataset data)
    {
        var (input, labels) = data.GetBatch(arange(data.Count, dtype: ScalarType.Int64), CPU);
        return Run(model, input).argmax(1).eq(labels).to(ScalarType.Float32).mean().item<float>();
    }

    private static Tensor Run(OnnxModel model, Tensor input)
    {
        using var runner = new OnnxRunner(model);
        var output = runner.Run([TorchTensorReader.Read(input, "input")])[0];
        return tensor(output.ToArray<float>()).view([.. output.Dims]);
    }

    private static void Check(OnnxModel model)
    {
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid():n}.onnx");
        model.Save(path);
        try
        {
            OnnxChecker.Check(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
