using MaaS.Training.Data;
using MaaS.Training.Fitting;
using MaaS.Training.Fitting.Tasks;
using MaaS.Training.Models.Transformers;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Fitting.Tasks;

/// <summary>The ready tasks through the trainer, on data whose rule is known.</summary>
internal sealed class TaskTrainingTests
{
    private static readonly TrainerOptions Options = new()
    {
        Epochs = 15,
        BatchSize = 64,
        LearningRate = 2e-2,
        Device = "cpu",
        Seed = 1,
    };

    private static IReadOnlyDictionary<string, double> Fit<TModel, TBatch>(
        TModel model, TrainingTask<TModel, TBatch> task, TBatch train, TBatch held, TrainerOptions? options = null)
        where TModel : nn.Module
        => new Trainer(options ?? Options).Fit(
            model, task, new TensorBatches<TBatch>(train), new TensorBatches<TBatch>(held))
            .Epochs[^1].ValidationMetrics;

    private static Gpt Gpt(long vocabulary, long width, long length) => new(new()
    {
        Vocabulary = vocabulary,
        Decoder = new() { Width = width, Heads = 2, Layers = 1, Dropout = 0, MaxLength = length },
    });

    private static (Tensor, Tensor) Rows(Tensor x, Func<Tensor, Tensor> rule) => (x, rule(x));

    [Test]
    public void Fit_Binary_LearnsARule()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        static Tensor Rule(Tensor x) => (x.select(1, 0) > x.select(1, 1)).to(ScalarType.Int64);
        using var model = nn.Linear(3, 1);
        var metrics = Fit(
            model, new BinaryTask { Metrics = ["accuracy", "auc", "f1"] }, Rows(randn(600, 3), Rule),
                Rows(randn(200, 3), Rule));
        Assert.That(metrics["accuracy"], Is.GreaterThan(0.95));
        Assert.That(metrics["auc"], Is.GreaterThan(0.99));
        Assert.That(metrics["f1"], Is.GreaterThan(0.95));
    }

    [Test]
    public void Fit_MultiLabel_LearnsEachRule()
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        static Tensor Rule(Tensor x) => cat([x.narrow(1, 0, 2) > 0, x.sum(1, keepdim: true) > 1], 1);
        using var model = nn.Linear(3, 3);
        var metrics = Fit(model, new MultiLabelTask(), Rows(randn(600, 3), Rule), Rows(randn(200, 3), Rule));
        Assert.That(metrics["f1_macro"], Is.GreaterThan(0.93));
        Assert.That(metrics["accuracy"], Is.GreaterThan(0.85));
    }

    [Test]
    public void Fit_Quantiles_CoverWhatTheySay()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        static Tensor Rule(Tensor x) => x.select(1, 0) + randn(x.shape[0]);
        using var model = nn.Linear(1, 3);
        var metrics = Fit(
            model, new RegressionTask(RegressionLoss.Quantile(0.1, 0.5, 0.9)), Rows(randn(3000, 1), Rule), Rows(
                randn(3000, 1), Rule),
            Options with { Epochs = 30, BatchSize = 100 });
        Assert.That(metrics["coverage"], Is.EqualTo(0.8).Within(0.04));
        Assert.That(metrics["mae"], Is.EqualTo(Math.Sqrt(2 / Math.PI)).Within(0.05), "the mean distance of the noise");
    }

    [Test]
    public void Fit_LanguageModel_ReachesTheEntropyOfTheSource()
    {
        using var scope = NewDisposeScope();
        manual_seed(4);
        // Each token is the last one plus 0 or 1, modulo 8: one bit a token, so a perplexity of 2.
        static Tensor Texts(long count)
        {
            var steps = randint(0, 2, [count, 17], ScalarType.Int64);
            return (randint(0, 8, [count, 1], ScalarType.Int64) + steps.cumsum(1)).remainder(8);
        }

        using var model = Gpt(vocabulary: 8, width: 16, length: 16);
        var metrics = Fit(
            model, new LanguageModelTask(), Texts(600), Texts(200), Options with { Epochs = 8, LearningRate = 1e-2 });
        Assert.That(metrics["perplexity"], Is.EqualTo(2).Within(0.1));
    }

    [Test]
    public void Fit_TokenClassification_LearnsWhatPrecedes()
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        // A token's class is the token before it; the first is ignored.
        static (Tensor, Tensor) Sequences(long count)
        {
            var ids = randint(0, 4, [count, 10], ScalarType.Int64);
            return (ids, cat([full([count, 1], -100, ScalarType.Int64), ids.narrow(1, 0, 9)], 1));
        }

        using var model = Gpt(vocabulary: 4, width: 24, length: 10);
        var metrics = Fit(
            model, new TokenClassificationTask(), Sequences(800), Sequences(100), Options with { LearningRate = 1e-2 });
        Assert.That(metrics["accuracy"], Is.GreaterThan(0.97));
        Assert.That(metrics["f1_macro"], Is.GreaterThan(0.97));
    }

    [TestCase(SegmentationLoss.CrossEntropy)]
    [TestCase(SegmentationLoss.Dice)]
    [TestCase(SegmentationLoss.CrossEntropyAndDice)]
    public void Fit_Segmentation_FindsBrightSquares(SegmentationLoss by)
    {
        using var scope = NewDisposeScope();
        manual_seed(6);
        static (Tensor, Tensor) Images(int count)
        {
            var random = new Random(count);
            var (images, areas) = (randn(count, 1, 12, 12) * 0.5, zeros([count, 12, 12], ScalarType.Int64));
            for (var i = 0; i < count; i++)
            {
                var (top, left) = (random.Next(8), random.Next(8));
                images[i, 0].narrow(0, top, 4).narrow(1, left, 4).add_(2);
                areas[i].narrow(0, top, 4).narrow(1, left, 4).fill_(1);
            }

            return (images, areas);
        }

        using var model = nn.Sequential(nn.Conv2d(1, 8, 3, padding: 1), nn.ReLU(), nn.Conv2d(8, 2, 3, padding: 1));
        var metrics = Fit(
            model, new SegmentationTask { By = by, Metrics = ["accuracy", "mean_iou", "dice"] }, Images(300),
                Images(60), Options with { Epochs = 8, BatchSize = 20 });
        Assert.That(metrics["mean_iou"], Is.GreaterThan(0.8));
        Assert.That(metrics["dice"], Is.GreaterThan(metrics["mean_iou"]));
    }

    [Test]
    public void Fit_WithMixup_StillClassifies()
    {
        using var scope = NewDisposeScope();
        manual_seed(7);
        static Tensor Rule(Tensor x) => x.argmax(1);
        using var model = nn.Linear(3, 3);
        var metrics = Fit(
            model, new ClassificationTask { Mix = new Mixup(0.4, classes: 3).Apply }, Rows(randn(600, 3), Rule),
                Rows(randn(200, 3), Rule));
        Assert.That(metrics["accuracy"], Is.GreaterThan(0.93));
    }
}
