using MaaS.Training.Evaluation;
using MaaS.Training.Export;
using MaaS.Training.Fitting;
using MaaS.Training.Models;
using MaaS.Training.Pruning;
using MaaS.Training.Tests.Pruning.Nets;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Pruning;

[TestFixture]
public class PrunedModuleTests
{
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
    public void Prune_ResNetOnDigits_RecoversAfterFineTuning()
    {
        var (train, test) = TestData.Digits();
        using var net = ModelCatalog.Create("resnet", [1, 8, 8], 10, seed: 1);
        var options = new TrainerOptions
        {
            Epochs = 6,
            BatchSize = 64,
            LearningRate = 3e-3,
            Schedule = ScheduleKind.Cosine,
        };
        new Trainer(options).Fit(net, train);
        var report = new Pruner(net, randn([1, 1, 8, 8])).Prune(
            new ChannelPruningOptions { Evaluate = () => Evaluator.Evaluate(net, test).Accuracy },
            new Trainer(options), train);
        TestContext.Out.WriteLine(report);
        Assert.That(report.Before.Score, Is.GreaterThan(0.9));
        // Half the channels are a quarter of the weights but for the first and last layer.
        Assert.That((double)report.Pruned.Parameters / report.Before.Parameters, Is.LessThan(0.27));
        Assert.That((double)report.Pruned.Macs / report.Before.Macs, Is.LessThan(0.30));
        Assert.That(report.FineTuned!.Score, Is.GreaterThan(report.Before.Score!.Value - 0.03), "within 3 points");
        train.Dispose();
        test.Dispose();
    }

    [Test]
    public void StateDict_OfAPrunedModule_LoadsIntoAFreshOne()
    {
        using var net = SmallNet.Randomized(new DepthwiseNet(), 1);
        var input = randn([2, 3, 9, 9]);
        new Pruner(net, input).Prune();
        using var fresh = new DepthwiseNet();
        fresh.eval();
        PrunedState.Load(fresh, net.state_dict());
        Assert.That(fresh.call(input).allclose(net.call(input)));
        Assert.That(fresh.depthwise.groups, Is.EqualTo(net.depthwise.groups));
    }

    [Test]
    public void StateDict_OfAnotherModule_ThrowsAndLeavesTheModule()
    {
        using var net = new DepthwiseNet();
        using var other = new Mlp(4, 2, [8]);
        Assert.That(
            () => PrunedState.Load(net, other.state_dict()),
            Throws.ArgumentException.With.Message.Contains("layers.dense0.weight"));
    }

    [Test]
    public void Export_OfAPrunedModule_Works()
    {
        using var net = SmallNet.Randomized(new ResNet(1, 4, width: 8), 1);
        var input = randn([2, 1, 16, 16]);
        new Pruner(net, input).Prune(new ChannelPruningOptions { RoundTo = 4 });
        Assert.That(OnnxExporter.Export(net, input).ParityMaxAbs, Is.LessThan(1e-4));
    }

    [Test]
    public void Training_OfAPrunedModule_WorksWithAFreshOptimizer()
    {
        using var net = SmallNet.Randomized(new AttentionNet(), 1);
        var input = randint(0, 11, [8, 6], ScalarType.Int64);
        var target = randint(0, 3, [8], ScalarType.Int64);
        new Pruner(net, input).Prune();
        net.train();
        var optimizer = optim.Adam(net.parameters(), lr: 0.01);
        var first = 0f;
        var last = 0f;
        for (var i = 0; i < 30; i++)
        {
            optimizer.zero_grad();
            var loss = nn.functional.cross_entropy(net.call(input), target);
            loss.backward();
            optimizer.step();
            last = loss.item<float>();
            first = i == 0 ? last : first;
        }

        Assert.That(last, Is.LessThan(0.5 * first));
    }

    [Test]
    public void Fit_OfAPrunedConvNet_KeepsLearning()
    {
        using var net = ModelCatalog.Create("convnet", [1, 8, 8], 2, seed: 1);
        using var data = TestData.Blobs(64, 1, 8, 8);
        new Pruner(net, randn([1, 1, 8, 8])).Prune(new ChannelPruningOptions { Goal = PruningGoal.Channels(0.6) });
        var result = new Trainer(new TrainerOptions { Epochs = 5, BatchSize = 16, LearningRate = 0.01 }).Fit(net, data);
        Assert.That(result.Epochs[^1].TrainLoss, Is.LessThan(0.5 * result.Epochs[0].TrainLoss));
        Assert.That(net.state_dict()["conv.weight"].shape[0], Is.EqualTo(13));
    }

    [Test]
    public void Prune_AfterTraining_DropsGradientsOfTheOldShapes()
    {
        using var net = new Mlp(6, 3, [16]);
        var input = randn([4, 6]);
        net.call(input).sum().backward();
        new Pruner(net, input).Prune();
        net.call(input).sum().backward();
        Assert.That(net.state_dict()["layers.dense0.weight"].grad!.shape, Is.EqualTo(new long[] { 8, 6 }));
    }

    [Test]
    public void Analyze_AfterTraining_KeepsGradients()
    {
        using var net = new Mlp(6, 3, [16]);
        var input = randn([4, 6]);
        net.call(input).sum().backward();
        var before = net.state_dict()["layers.dense0.weight"].grad!.clone();
        new Pruner(net, input).Analyze();
        Assert.That(net.state_dict()["layers.dense0.weight"].grad!.allclose(before));
    }

    [Test]
    public void Prune_WithFineTuningThatReplacesParameters_GoesOn()
    {
        using var net = ModelCatalog.Create("convnet", [1, 8, 8], 2, seed: 1);
        using var data = TestData.Blobs(32, 1, 8, 8);
        var trainer = new Trainer(
            new TrainerOptions { Epochs = 1, BatchSize = 16, Precision = TrainingPrecision.Bf16 });
        new Pruner(net, randn([1, 1, 8, 8])).Prune(new ChannelPruningOptions { Steps = 2 }, trainer, data);
        Assert.That(net.state_dict()["conv.weight"].shape[0], Is.EqualTo(16));
    }

    [Test]
    public void Prune_LeavesNoTensorsBehind()
    {
        var input = randn([2, 3, 9, 9]);
        void Run()
        {
            using var net = SmallNet.Randomized(new DepthwiseNet(), 1);
            new Pruner(net, input).Prune(new ChannelPruningOptions { Goal = PruningGoal.Macs(0.5), Steps = 2 });
            using var masks = MagnitudePruner.Prune(net);
        }

        Run();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Run();
        Assert.That(DisposeScopeManager.Statistics.ThreadTotalLiveCount, Is.EqualTo(before));
    }

    [Test]
    public void Prune_Cancelled_LeavesTheModule()
    {
        using var net = new Mlp(6, 3, [16]);
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.That(
            () => new Pruner(net, randn([2, 6])).Prune(cancellationToken: source.Token),
            Throws.TypeOf<OperationCanceledException>());
        Assert.That(net.state_dict()["layers.dense0.weight"].shape[0], Is.EqualTo(16));
    }

    [Test]
    public void MeasureSensitivity_FindsTheLayerThatMatters()
    {
        using var net = SmallNet.Randomized(new Mlp(6, 3, [16, 16]), 2);
        using (no_grad())
        {
            // The second hidden layer hardly contributes: its readers' weights are tiny.
            net.state_dict()["layers.dense2.weight"].mul_(1e-4f);
        }

        var input = randn([64, 6]);
        var expected = net.call(input).detach();
        double Score() => -(net.call(input).detach() - expected).abs().mean().item<float>();
        var report = new Pruner(net, input).MeasureSensitivity(Score, new SensitivityOptions { Ratios = [0.25, 0.5] });
        Assert.That(report.Baseline, Is.Zero);
        Assert.That(report.Points.Select(p => (p.Group, p.Ratio, p.Units)), Is.EqualTo(new[]
        {
            ("layers.dense0", 0.25, 12), ("layers.dense0", 0.5, 8), ("layers.dense1", 0.25, 12),
            ("layers.dense1", 0.5, 8),
        }));
        Assert.That(report.Points.All(p => p.Score < 0));
        Assert.That(net.call(input).allclose(expected), "the module is as it was");
        Assert.That(report.ToString(), Does.Contain("layers.dense1").And.Contain("50.0"));
        var svg = System.Xml.Linq.XDocument.Parse(report.ToSvg());
        Assert.That(svg.Descendants().Count(e => e.Name.LocalName == "polyline"), Is.EqualTo(2));
    }
}
