using MaaS.Core.Packages;
using MaaS.Onnx.Quantization.Schemes;
using MaaS.Training.Compression;
using MaaS.Training.Data;
using MaaS.Training.Evaluation;
using MaaS.Training.Fitting;
using MaaS.Training.Pipelines;
using MaaS.Training.Tests.Pruning;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Compression;

[NonParallelizable]
internal sealed class CompressorTests
{
    private static readonly CompressorOptions Quick = new()
    {
        Ratios = [0.5],
        FineTuning = new TrainerOptions { Epochs = 3, BatchSize = 32 },
        LatencyDuration = TimeSpan.FromMilliseconds(20),
        Budget = new CompressionBudget { MaxAccuracyDrop = 1 },
    };

    private string _folder = "";
    private ImageDataset _train = null!, _test = null!;
    private TrainedModel _model = null!;

    [OneTimeSetUp]
    public void Train()
    {
        _folder = Directory.CreateTempSubdirectory("maas-compressor-").FullName;
        (_train, var test) = TestData.Digits();
        (_model, _) = TrainedModel.Train("mlp", "digits", _train, new TrainerOptions { Epochs = 8, BatchSize = 32 });
        _test = test.NormalizedWith(_train.Mean, _train.Std);
        test.Dispose();
    }

    [OneTimeTearDown]
    public void Free()
    {
        _model.Dispose();
        _train.Dispose();
        _test.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task RunAsync_BudgetInBytes_TriesWeightsInFourBits()
    {
        var options = Quick with
        {
            Ratios = [],
            Budget = new CompressionBudget { MaxAccuracyDrop = 1, MaxBytes = 1 << 20 },
        };
        var result = await new Compressor(options).RunAsync(_model, _train, _test, Path.Combine(_folder, "bytes"));

        var small = result.Points.Single(static p => p.Name == "weightonly");
        Assert.That(small.Steps.Single(), Does.StartWith("weight-only int4"));
        Assert.That(small.Bytes, Is.EqualTo(result.Points.Min(static p => p.Bytes)));
        Assert.That(small.OnFront, Is.True, "no other is as small");
        Assert.That(small.Accuracy, Is.EqualTo(result.Original.Accuracy).Within(0.05));
    }

    [Test]
    public async Task RunAsync_TrainedModel_LeavesPackagesThatAnswerAsMeasured()
    {
        var output = Path.Combine(_folder, "trained");
        var before = Values(_model.Module);
        List<CompressionProgress> steps = [];
        var result = await new Compressor(Quick).RunAsync(_model, _train, _test, output, "digits", new Collect(steps));
        TestContext.Out.WriteLine(result);

        Assert.That(
            result.Points.Select(static p => p.Name),
            Is.EqualTo(
                new[] { "original", "dynamic", "static", "pruned-50", "pruned-50-dynamic", "pruned-50-static" }));
        Assert.That(Values(_model.Module), Is.EqualTo(before), "the module is as it was");
        Assert.That(
            steps.Select(static s => s.Step), Is.EqualTo(Enumerable.Range(1, steps[0].Steps)),
            "every step is announced");
        var (first, second) = SplitIndices.Random(_test.Count, 0.5, seed: 0);
        using var test = _test.Subset(first);
        using var validation = _test.Subset(second);
        Assert.That(
            (result.Original.Accuracy, result.Original.TestAccuracy),
            Is.EqualTo(
                (Evaluator.Evaluate(_model.Module, validation).Accuracy,
                    (double?)Evaluator.Evaluate(_model.Module, test).Accuracy)),
            "torch's own accuracies");
        Assert.That(result.Best, Is.Not.Null);
        Assert.That(
            result.Points.Where(static p => p.TestAccuracy is not null),
            Is.EquivalentTo(new[] { result.Original, result.Best }.Distinct()),
            "test samples are looked at for these alone");
        foreach (var point in result.Points)
        {
            Assert.That(point.Package, point.OnFront || point == result.Original ? Does.Exist : Is.Null);
            if (point.Package is { } package)
            {
                using var classifier = await ImageClassifier.OpenAsync(package);
                Assert.That(
                    Evaluator.Evaluate(classifier, validation).Accuracy, Is.EqualTo(point.Accuracy).Within(0.011),
                    point.Name);
                Assert.That(
                    classifier.Manifest.Metrics!.GetValueOrDefault("accuracy", double.NaN),
                    Is.EqualTo(point.TestAccuracy ?? double.NaN), point.Name);
                Assert.That(classifier.Manifest.Lineage?.Compression ?? [], Is.EqualTo(point.Steps));
            }
        }

        Assert.That(Path.Combine(output, "report.html"), Does.Exist);
        Assert.That(File.ReadAllText(Path.Combine(output, "report.json")), Does.Contain("\"latency_ms\""));
        Assert.That(Directory.EnumerateFileSystemEntries(_folder, "*.tmp"), Is.Empty);
    }

    // An MLP of 64-32-10 has 32·64+32 + 10·32+10 parameters, its half 16·64+16 + 10·16+10.
    [Test]
    public async Task RunAsync_PrunedPoint_CanBeTrainedFurther()
    {
        var output = Path.Combine(_folder, "weights");
        var result = await new Compressor(Quick with { Quantizations = [] }).RunAsync(_model, _train, _test, output);
        using var package = await ModelPackage.OpenAsync(
            result.Points.Single(static p => p.Name == "pruned-50").Package!);
        var weights = Path.Combine(_folder, "pruned.safetensors");
        await File.WriteAllBytesAsync(weights, await package.ReadAsync("weights.safetensors"));
        using var pruned = TrainedModel.Load(weights);
        Assert.That(
            pruned.Module.parameters().Sum(static p => p.NumberOfElements),
            Is.EqualTo((16 * 64) + 16 + (10 * 16) + 10));
    }

    [Test]
    public async Task RunAsync_OnnxNetwork_IsQuantizedOnly()
    {
        var result = await new Compressor(Quick).RunAsync(
            _model.Export().Model, new ModelManifest { Name = "digits" }, _train, _test, Path.Combine(_folder, "onnx"));
        Assert.That(result.Points.Select(static p => p.Name), Is.EqualTo(new[] { "original", "dynamic", "static" }));
        Assert.That(result.Skipped.Single(), Does.Contain("needs the torch module"));
    }

    [Test]
    public async Task RunAsync_AnyModule_WorksWithoutTheCatalogue()
    {
        using var module = nn.Sequential(
            ("flat", nn.Flatten()), ("hidden", nn.Linear(64, 24)), ("relu", nn.ReLU()), ("logits", nn.Linear(24, 10)));
        var result = await new Compressor(Quick with { Quantizations = [QuantizationKind.Static] }).RunAsync(
            module, new ModelManifest { Name = "own" }, _train, _test, Path.Combine(_folder, "own"));
        Assert.That(
            result.Points.Select(static p => p.Name),
            Is.EqualTo(new[] { "original", "static", "pruned-50", "pruned-50-static" }));
        using var classifier = await ImageClassifier.OpenAsync(result.Original.Package!);
        Assert.That(classifier.Labels, Is.EqualTo(_train.Classes));
    }

    [Test]
    public void RunAsync_Cancelled_LeavesNothingAndTheModuleAsItWas()
    {
        var before = Values(_model.Module);
        using var source = new CancellationTokenSource();
        var progress = new CancelAt(source, step: 4);   // Pruning and fine-tuning.
        var output = Path.Combine(_folder, "cancelled");
        Assert.That(
            async () =>
                await new Compressor(Quick).RunAsync(_model, _train, _test, output, null, progress, source.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Directory.EnumerateFileSystemEntries(_folder, "cancelled*"), Is.Empty);
        Assert.That(Values(_model.Module), Is.EqualTo(before));
    }

    [Test]
    public void RunAsync_FolderWithContent_IsRefusedBeforeAnyWork()
    {
        var output = Directory.CreateDirectory(Path.Combine(_folder, "full")).FullName;
        File.WriteAllText(Path.Combine(output, "mine.txt"), "");
        List<CompressionProgress> steps = [];
        Assert.That(
            async () => await new Compressor(Quick).RunAsync(_model, _train, _test, output, null, new Collect(steps)),
            Throws.InstanceOf<IOException>().With.Message.Contains("full"));
        Assert.That(steps, Is.Empty);
    }

    [Test]
    public void Constructor_ValuesOutOfRange_NamesAll()
        => Assert.That(
            () => new Compressor(
                new CompressorOptions
                {
                    Ratios = [1],
                    LatencyBatch = 0,
                    Budget = new CompressionBudget { MinSpeedup = -1 },
                }),
            Throws.ArgumentException.With.Message.Contains("Ratios").And.Message.Contains("LatencyBatch")
                .And.Message.Contains("MinSpeedup"));

    private static float[] Values(nn.Module module)
    {
        using var scope = NewDisposeScope();
        return [.. module.state_dict().Values.SelectMany(static t => t.to(ScalarType.Float32).data<float>().ToArray())];
    }

    private sealed class Collect(List<CompressionProgress> steps) : IProgress<CompressionProgress>
    {
        public void Report(CompressionProgress value) => steps.Add(value);
    }

    private sealed class CancelAt(CancellationTokenSource source, int step) : IProgress<CompressionProgress>
    {
        public void Report(CompressionProgress value)
        {
            if (value.Step == step)
            {
                source.Cancel();
            }
        }
    }
}
