using MaaS.Training.Fitting.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Fitting.Tasks;

/// <summary>What does not fit a task is refused by name.</summary>
internal sealed class TaskChecksTests
{
    private static BatchLoss Loss<TModel, TBatch>(TrainingTask<TModel, TBatch> task, TModel model, TBatch batch)
        where TModel : nn.Module
        => task.Loss(model, batch, new RecordedMetrics());

    [Test]
    public void Metrics_ThatDoNotFit_AreRefusedByName() => Assert.Multiple(() =>
    {
        Assert.That(
            () => new RegressionTask { Metrics = ["rmse", "auc"] },
            Throws.ArgumentException.With.Message.EqualTo(
                "RegressionTask: expected metrics among mae, r2, rmse, got 'auc'."));
        Assert.That(
            () => new BinaryTask { Metrics = ["r2"] }, Throws.ArgumentException.With.Message.Contains("got 'r2'"));
        Assert.That(
            () => new MultiLabelTask { Metrics = ["top5"] },
            Throws.ArgumentException.With.Message.Contains("got 'top5'"));
        Assert.That(
            () => new TokenClassificationTask { Metrics = ["perplexity"] },
            Throws.ArgumentException.With.Message.Contains("got 'perplexity'"));
        Assert.That(
            () => new LanguageModelTask { Metrics = ["mean_iou"] },
            Throws.ArgumentException.With.Message.Contains("got 'mean_iou'"));
        Assert.That(
            () => new SequenceToSequenceTask { Metrics = ["mae"] },
            Throws.ArgumentException.With.Message.Contains("got 'mae'"));
        Assert.That(
            () => new SegmentationTask { Metrics = ["f1"] },
            Throws.ArgumentException.With.Message.Contains("got 'f1'"));
        Assert.That(
            () => new ContrastiveTask<nn.Module, Tensor>((_, x) => new(x, x, x)) { Metrics = ["accuracy"] },
            Throws.ArgumentException.With.Message.Contains("got 'accuracy'"));
        Assert.That(
            () => new RegressionTask().GreaterIsBetter("accuracy"),
            Throws.ArgumentException.With.Message.Contains("got 'accuracy'"));
        Assert.That(
            () => new BinaryTask { Metrics = ["auc", "auc"] },
            Throws.ArgumentException.With.Message.Contains("each metric once"));
    });

    [Test]
    public void Metrics_OfQuantilesWithoutTheMedian_HaveNoError()
        => Assert.That(
            () => new RegressionTask(RegressionLoss.Quantile(0.1, 0.9)) { Metrics = ["rmse"] },
            Throws.ArgumentException.With.Message.EqualTo(
                "RegressionTask of quantiles (0.1, 0.9): expected metrics among coverage, got 'rmse'."));

    [Test]
    public void Options_OutOfTheirRange_AreRefused() => Assert.Multiple(() =>
    {
        Assert.That(
            () => RegressionLoss.Quantile(0.9, 0.1), Throws.ArgumentException.With.Message.Contains("ascending"));
        Assert.That(() => RegressionLoss.Quantile(), Throws.ArgumentException);
        Assert.That(() => RegressionLoss.Huber(0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(
            () => new BinaryTask { Threshold = 1 },
            Throws.ArgumentException.With.Message.Contains("above 0 and below 1, got (1)"));
        Assert.That(
            () => new BinaryTask { PositiveWeight = 0 },
            Throws.ArgumentException.With.Message.Contains("PositiveWeight above 0, got (0)"));
        Assert.That(
            () => new TokenClassificationTask { LabelSmoothing = 1 },
            Throws.ArgumentException.With.Message.Contains("LabelSmoothing"));
        Assert.That(
            () => new SegmentationTask { By = (SegmentationLoss)9 },
            Throws.ArgumentException.With.Message.Contains("known loss"));
        Assert.That(() => new Mixup(0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    });

    [Test]
    public void Loss_OfShapesThatDoNotFit_IsRefused() => Assert.Multiple(() =>
    {
        using var scope = NewDisposeScope();
        using var same = nn.Identity();
        Assert.That(
            () => Loss(new RegressionTask(), same, (zeros(4, 1), zeros(5))),
            Throws.ArgumentException.With.Message.EqualTo(
                "RegressionTask: expected outputs and targets of one shape (B,…), got outputs (4,1) and targets (5)."));
        Assert.That(() => Loss(new RegressionTask(), same, (zeros(4, 2), zeros(4))), Throws.ArgumentException);
        Assert.That(
            () => Loss(new RegressionTask(RegressionLoss.Quantile(0.1, 0.5)), same, (zeros(4, 3), zeros(4))),
            Throws.ArgumentException.With.Message.Contains("expected outputs (B,2) and targets (B)"));
        Assert.That(
            () => Loss(new BinaryTask(), same, (zeros(4, 2), zeros(4))),
            Throws.ArgumentException.With.Message.Contains("logits (B) or (B,1)"));
        Assert.That(
            () => Loss(new MultiLabelTask { Thresholds = [0.5, 0.5] }, same, (zeros(4, 3), zeros(4, 3))),
            Throws.ArgumentException.With.Message.Contains("3 Thresholds"));
        Assert.That(
            () => Loss(new MultiLabelTask(), same, (zeros(4, 3), zeros(4))),
            Throws.ArgumentException.With.Message.Contains("(B,L)"));
        Assert.That(
            () => Loss(new TokenClassificationTask(), same, (zeros(4, 3, 2), zeros(4, 2))),
            Throws.ArgumentException.With.Message.Contains("(B,T,C)"));
        Assert.That(
            () => Loss(new TokenClassificationTask { ClassWeights = [1] }, same, (zeros(4, 3, 2), zeros(4, 3))),
            Throws.ArgumentException.With.Message.Contains("2 ClassWeights"));
        Assert.That(
            () => Loss(new LanguageModelTask(), same, zeros(4, 1)),
            Throws.ArgumentException.With.Message.Contains("(B,T+1)"));
        Assert.That(
            () => Loss(new SegmentationTask(), same, (zeros(4, 3, 2, 2), zeros(4, 2, 3))),
            Throws.ArgumentException.With.Message.Contains("(B,H,W)"));
        Assert.That(
            () => Loss(new BinaryTask<nn.Module, Tensor>((_, x) => new(x, x, zeros(3))), same, zeros(4)),
            Throws.ArgumentException.With.Message.Contains("expected weights (4), one a sample, got (3)"));
        Assert.That(
            () => Loss(new ContrastiveTask<nn.Module, Tensor>((_, x) => new(x, x, ones(2))), same, zeros(4, 2)),
            Throws.ArgumentException.With.Message.Contains("a scalar scale"));
    });

    [Test]
    public void Loss_OfHalfPrecisionOutputs_IsTakenInFull()
    {
        using var scope = NewDisposeScope();
        using var model = nn.Identity();
        var loss = Loss(new RegressionTask(), model, (full(4, 300, ScalarType.BFloat16), zeros(4)));
        Assert.That(loss.Sum.dtype, Is.EqualTo(ScalarType.Float32));
        Assert.That(loss.Sum.item<float>(), Is.EqualTo(360_000f), "300² has no place in eight bits");
    }

    [Test]
    public void Loss_OfIgnoredTokensAlone_WeighsNothing()
    {
        using var scope = NewDisposeScope();
        using var model = nn.Identity();
        var loss = Loss(new TokenClassificationTask { IgnoreIndex = 0 }, model, (ones(2, 3, 4), zeros(2, 3)));
        Assert.That((loss.Sum.item<float>(), loss.Weight.item<float>()), Is.EqualTo((0f, 0f)));
    }

    [Test]
    public void BestF1_OfAFixture_ReachesScikitLearnsBest()
    {
        using var scope = NewDisposeScope();
        using var model = nn.Identity();
        var (logits, targets, _) = TaskFixture.Case("multi-label").Samples();
        var thresholds = LabelThresholds.BestF1(logits.detach(), targets);
        var task = new MultiLabelTask<nn.Module, TaskSamples>((_, batch) => batch.Prediction) { Thresholds = thresholds,
            Metrics = ["f1_macro"] };
        var metrics = new RecordedMetrics();

        task.Loss(model, new TaskSamples(logits, targets, null), metrics);

        Assert.That(metrics.Values(task)["f1_macro"], Is.EqualTo(TaskFixture.BestF1.Average()).Within(1e-9));
    }
}
