using MaaS.Registry.Studies;
using MaaS.Tests;
using MaaS.Training.Compression;
using MaaS.Training.Data;
using MaaS.Training.Fitting;
using MaaS.Training.Pipelines;
using MaaS.Training.Reports;
using MaaS.Training.Tests.Pruning;
using MaaS.Training.Tuning;
using MaaS.Training.Tuning.Pruning;
using MaaS.Training.Tuning.Runs;
using MaaS.Training.Tuning.Sampling;
using MaaS.Training.Tuning.Spaces;

namespace MaaS.Training.Tests.Tuning.Runs;

/// <summary>Training and compression as objectives.</summary>
[NonParallelizable]
internal sealed class TunedRunsTests
{
    private ImageDataset _train = null!, _test = null!;

    [OneTimeSetUp]
    public void Load()
    {
        (_train, var test) = TestData.Digits();
        _test = test.NormalizedWith(_train.Mean, _train.Std);
        test.Dispose();
    }

    [OneTimeTearDown]
    public void Free()
    {
        _train.Dispose();
        _test.Dispose();
    }

    [Test]
    public async Task Trainer_WithPruner_StopsBadRatesAndKeepsTheBest()
    {
        var study = await Study.OpenAsync(
            new SearchSpace().Float("learning-rate", 1e-6, 1e-1, log: true),
            new StudyOptions
            {
                Objectives = [new("accuracy", Direction.Maximize)],
                Sampler = new SobolSampler(),
                Pruner = new SuccessiveHalvingPruner(lastStep: 6),
            });
        var result = await study.OptimizeAsync(
            (trial, token) =>
            {
                var options = Options(trial.Float("learning-rate")) with
                {
                    Callbacks = [new TrialCallback(trial, "accuracy")],
                };
                var (model, training) = TrainedModel.Train("mlp", "digits", _train, options, null, token);
                model.Dispose();
                return Task.FromResult(TrainingValue.Of(training, options, "accuracy"));
            },
            new OptimizeOptions { Trials = 8 });

        Assert.That(result.Best!.Values![0], Is.GreaterThan(0.85));
        Assert.That(result.Best.Reports, Has.Count.EqualTo(6));
        Assert.That(result.Best.Reports[6], Is.EqualTo(result.Best.Values[0]), "the weights of the last epoch");
        Assert.That(result.Best.Parameters!["learning-rate"].Number, Is.GreaterThan(1e-4));
        var pruned = result.Trials.Where(static t => t.State == TrialState.Pruned).ToArray();
        Assert.That(pruned, Has.Length.GreaterThan(1));
        Assert.That(pruned.All(static t => t.Reports.Count < 6), Is.True);
    }

    [Test]
    public void Value_WithoutSuchAMetric_NamesThoseThatAreThere()
    {
        var epoch = new EpochResult(1, 0.1, 1, 0.5, 2, 0.4, 1)
        {
            ValidationMetrics = new Dictionary<string, double> { ["loss"] = 2, ["accuracy"] = 0.4 },
        };
        Assert.That(TrainingValue.Of(epoch, "accuracy"), Is.EqualTo(0.4));
        Assert.That(
            () => TrainingValue.Of(epoch, "f1"), Throws.ArgumentException.With.Message.Contains("[loss, accuracy]"));
        Assert.That(
            () => TrainingValue.Of(epoch with { ValidationMetrics = new Dictionary<string, double>() }, "loss"),
            Throws.ArgumentException.With.Message.Contains("ValidationFraction"));
    }

    [Test]
    public async Task Compressor_AccuracyAgainstBytes_GivesAFront()
    {
        using var folder = new TemporaryFolder();
        var (model, _) = TrainedModel.Train("mlp", "digits", _train, Options(3e-3));
        using (model)
        {
            var study = await Study.OpenAsync(
                new SearchSpace().Float("ratio", 0.2, 0.8, step: 0.3).Int("epochs", 1, 2),
                new StudyOptions
                {
                    Objectives = [new("accuracy", Direction.Maximize), new("bytes", Direction.Minimize)],
                    Sampler = new GridSampler(),
                });
            var result = await study.OptimizeAsync(
                async (trial, token) =>
                {
                    var compressor = new Compressor(new CompressorOptions
                    {
                        Ratios = [trial.Float("ratio")],
                        FineTuning = new TrainerOptions { Epochs = trial.Int("epochs"), BatchSize = 32 },
                        LatencyDuration = TimeSpan.FromMilliseconds(5),
                        Quantizations = [],
                    });
                    var compressed = await compressor.RunAsync(
                        model, _train, _test, folder[$"{trial.Number}"], cancellationToken: token);
                    var pruned = compressed.Points.Single(
                        static p => p.Name.StartsWith("pruned", StringComparison.Ordinal));
                    return [pruned.Accuracy, pruned.Bytes];
                },
                new OptimizeOptions());

            Assert.That(result.Complete, Has.Count.EqualTo(6), "three ratios and two numbers of epochs");
            var sizes = result.Complete.GroupBy(static t => t.Parameters!["ratio"].Number)
                .OrderBy(static g => g.Key).Select(static g => g.Min(static t => t.Values![1]));
            Assert.That(sizes, Is.Ordered.Descending, "what is pruned more is smaller");
            Assert.That(result.Front.Count, Is.InRange(1, 3), "of two equal sizes only the more accurate");
            Assert.That(
                result.Front.Any(static t => t.Parameters!["ratio"].Number == 0.8), Is.True, "nothing is smaller");
        }
    }

    private static TrainerOptions Options(double learningRate) => new()
    {
        Epochs = 6,
        BatchSize = 32,
        LearningRate = learningRate,
        ValidationFraction = 0.2,
        Device = "cpu",
        Threads = 1,
    };
}
