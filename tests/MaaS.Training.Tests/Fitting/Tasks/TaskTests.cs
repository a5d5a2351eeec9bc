using MaaS.Training.Fitting.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Fitting.Tasks;

/// <summary>Losses against PyTorch, metrics against scikit-learn (Fixtures/make_tasks.py).</summary>
internal sealed class TaskTests
{
    private static readonly double[] PixelWeights = [1, 2, 0.5];

    private static readonly string[] LabelMetrics = ["accuracy", "label_accuracy", "f1_macro", "f1_micro", "auc"];

    private static readonly string[] BinaryMetrics = ["accuracy", "auc", "f1", "precision", "recall"];

    private static readonly string[] ClassMetrics = ["accuracy", "top5", "f1_macro", "f1_micro", "auc"];

    private static readonly string[] TokenMetrics = ["accuracy", "f1_macro", "f1_micro"];

    private static readonly Dictionary<string, Func<TrainingTask<nn.Module, TaskSamples>>> Tasks = new()
    {
        ["multi-label"] = () => new MultiLabelTask<nn.Module, TaskSamples>(Predict) { Metrics = LabelMetrics },
        ["multi-label thresholds"] = () => new MultiLabelTask<nn.Module, TaskSamples>(Predict)
        {
            Metrics = LabelMetrics,
            Thresholds = [0.5, 0.3, 0.7],
            PositiveWeights = [1, 3, 0.5],
        },
        ["multi-label weights"] = () => new MultiLabelTask<nn.Module, TaskSamples>(Predict) { Metrics = LabelMetrics },
        ["binary"] = () => new BinaryTask<nn.Module, TaskSamples>(Predict) { Metrics = BinaryMetrics },
        ["binary threshold"] = () => new BinaryTask<nn.Module, TaskSamples>(Predict)
        {
            Metrics = BinaryMetrics,
            Threshold = 0.8,
            PositiveWeight = 2.5,
        },
        ["mse"] = () => Regression(RegressionLoss.Mse),
        ["mae"] = () => Regression(RegressionLoss.Mae),
        ["huber"] = () => Regression(RegressionLoss.Huber(0.7)),
        ["mse weights"] = () => Regression(RegressionLoss.Mse),
        ["quantile"] = () => Regression(RegressionLoss.Quantile(0.1, 0.5, 0.9)),
        ["tokens"] = () => new TokenClassificationTask<nn.Module, TaskSamples>(Predict) { Metrics = TokenMetrics },
        ["tokens weighted smoothed"] = () => new TokenClassificationTask<nn.Module, TaskSamples>(Predict)
        {
            Metrics = TokenMetrics,
            ClassWeights = [1, 0.5, 2, 1],
            LabelSmoothing = 0.1,
        },
        ["tokens sample weights"] = () => new TokenClassificationTask<nn.Module, TaskSamples>(Predict)
        {
            Metrics = TokenMetrics,
        },
        ["language model"] = () => new LanguageModelTask<nn.Module, TaskSamples>(Predict)
        {
            Metrics = ["accuracy", "perplexity"],
        },
        ["sequence to sequence"] = () => new SequenceToSequenceTask<nn.Module, TaskSamples>(Predict)
        {
            Metrics = ["accuracy", "perplexity", "sequence_accuracy"],
            LabelSmoothing = 0.2,
        },
        ["segmentation"] = () => Segmentation(SegmentationLoss.CrossEntropy),
        ["segmentation weighted"] = () => Segmentation(SegmentationLoss.CrossEntropy, PixelWeights),
        ["segmentation dice"] = () => Segmentation(SegmentationLoss.Dice),
        ["segmentation both"] = () => Segmentation(SegmentationLoss.CrossEntropyAndDice),
        ["classification"] = () => Classification(ClassMetrics),
        ["classification sample weights"] = () => Classification(ClassMetrics),
        ["classification soft"] = () => Classification([]),
        ["contrastive"] = () => Contrastive(withKeys: false),
        ["contrastive keys"] = () => Contrastive(withKeys: true),
    };

    private static RegressionTask<nn.Module, TaskSamples> Regression(RegressionLoss loss) => new(Predict, loss);

    private static ClassificationTask<nn.Module, TaskSamples> Classification(string[] metrics)
        => new(Predict) { Metrics = metrics };

    private static Prediction Predict(nn.Module model, TaskSamples batch) => batch.Prediction;

    private static SegmentationTask<nn.Module, TaskSamples> Segmentation(SegmentationLoss by, double[]? weights = null)
        => new(Predict) { By = by, IgnoreIndex = 255, ClassWeights = weights,
            Metrics = ["accuracy", "mean_iou", "dice"] };

    private static ContrastiveTask<nn.Module, TaskSamples> Contrastive(bool withKeys)
        => new((_, batch) => new(
            batch.Outputs.narrow(1, 0, 6), batch.Outputs.narrow(1, 6, 6), tensor(1 / 0.07f),
                withKeys ? batch.Targets : null))
        {
            Metrics = ["recall_at_1", "recall_at_5"],
        };

    [TestCaseSource(nameof(Names))]
    public void Loss_OfAFixture_EqualsPyTorch(string name)
    {
        using var scope = NewDisposeScope();
        using var model = nn.Identity();
        var expected = TaskFixture.Case(name);
        var samples = expected.Samples();

        var (sum, weight) = Tasks[name]().Loss(model, samples, new RecordedMetrics(validating: false));

        Assert.That(sum.dim(), Is.Zero, "a scalar");
        Assert.That(
            sum.item<float>() / weight.ToDouble(),
            Is.EqualTo(expected.Loss()).Within(2e-6 * Math.Max(1, expected.Loss())));
        sum.backward();
        Assert.That(
            samples.Outputs.grad!.abs().sum().item<float>(), Is.GreaterThan(0).And.LessThan(float.PositiveInfinity));
    }

    [TestCaseSource(nameof(Names))]
    public void Metrics_OfAFixtureInTwoBatches_EqualScikitLearn(string name)
    {
        using var scope = NewDisposeScope();
        using var model = nn.Identity();
        var expected = TaskFixture.Case(name);
        var (samples, task, metrics) = (expected.Samples(), Tasks[name](), new RecordedMetrics());
        var (count, first) = (samples.Outputs.shape[0], samples.Outputs.shape[0] / 3);

        task.Loss(model, samples.Rows(0, first), metrics);
        task.Loss(model, samples.Rows(first, count - first), metrics);

        var values = metrics.Values(task);
        foreach (var (metric, value) in expected.Metrics())
        {
            Assert.That(values[metric], Is.EqualTo(value).Within(1e-5 * Math.Max(1, value)), metric);
        }

        Assert.That(values.Keys, Is.EquivalentTo(expected.Metrics().Keys));
    }

    // Class weights are times the samples' losses and do not change the count: PyTorch's mean times its sum of weights.
    [Test]
    public void Loss_OfWeightedClasses_IsAMeanOverSamples()
    {
        using var scope = NewDisposeScope();
        using var model = nn.Identity();
        double[] weights = [1, 0.5, 2, 1, 3, 1.5];
        var expected = TaskFixture.Case("classification weighted smoothed");
        var samples = expected.Samples();
        var task = new ClassificationTask<nn.Module, TaskSamples>(Predict) { ClassWeights = weights,
            LabelSmoothing = 0.1 };

        var (sum, weight) = task.Loss(model, samples, new RecordedMetrics(validating: false));

        Assert.That(weight.ToDouble(), Is.EqualTo(30));
        var total = samples.Targets.data<long>().ToArray().Sum(c => weights[c]);
        Assert.That(sum.item<float>(), Is.EqualTo(expected.Loss() * total).Within(1e-3));
    }

    [TestCase("multi-label thresholds", "multi-label")]
    [TestCase("tokens weighted smoothed", "tokens")]
    [TestCase("segmentation weighted", "segmentation")]
    public void Loss_OfAValidationBatch_IsWithoutSmoothingAndClassWeights(string name, string plain)
    {
        using var scope = NewDisposeScope();
        using var model = nn.Identity();

        var (sum, weight) = Tasks[name]().Loss(model, TaskFixture.Case(name).Samples(), new RecordedMetrics());

        Assert.That(sum.item<float>() / weight.ToDouble(), Is.EqualTo(TaskFixture.Case(plain).Loss()).Within(4e-6));
    }

    // A contrastive loss compares within its batch, so parts have other losses.
    [TestCaseSource(nameof(SummableNames))]
    public void Loss_OfPartsOfABatch_AddsUpToThatOfTheWhole(string name)
    {
        using var scope = NewDisposeScope();
        using var model = nn.Identity();
        var (samples, task) = (TaskFixture.Case(name).Samples(), Tasks[name]());
        var count = samples.Outputs.shape[0];

        var whole = task.Loss(model, samples, new RecordedMetrics());
        BatchLoss[] parts = [task.Loss(model, samples.Rows(0, 1), new RecordedMetrics()),
            task.Loss(model, samples.Rows(1, count - 1), new RecordedMetrics())];

        Assert.That(parts.Sum(p => p.Sum.item<float>()), Is.EqualTo(whole.Sum.item<float>()).Within(1e-4));
        Assert.That(parts.Sum(p => p.Weight.ToDouble()), Is.EqualTo(whole.Weight.ToDouble()).Within(1e-4));
    }

    [TestCaseSource(nameof(Names))]
    public void Loss_OfATrainingBatch_CollectsNothing(string name)
    {
        using var scope = NewDisposeScope();
        using var model = nn.Identity();
        var metrics = new RecordedMetrics(validating: false);

        Tasks[name]().Loss(model, TaskFixture.Case(name).Samples(), metrics);

        Assert.That(metrics.HasCollected, Is.False);
    }

    [TestCaseSource(nameof(Names))]
    public void GreaterIsBetter_OfErrorsAndPerplexity_IsFalse(string name)
    {
        var task = Tasks[name]();
        foreach (var metric in TaskFixture.Case(name).Metrics().Keys)
        {
            Assert.That(
                task.GreaterIsBetter(metric), Is.EqualTo(metric is not ("mae" or "rmse" or "perplexity")), metric);
        }
    }

    private static IEnumerable<string> Names() => Tasks.Keys;

    private static IEnumerable<string> SummableNames()
        => Tasks.Keys.Where(static n => !n.StartsWith("contrastive", StringComparison.Ordinal));
}
