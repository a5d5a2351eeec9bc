using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Tasks;

/// <summary>A class for every token of a sequence: cross-entropy, without those that are ignored.</summary>
/// <typeparam name="TModel">A module of any signature.</typeparam>
/// <typeparam name="TBatch">What the batch source delivers.</typeparam>
/// <remarks>Metrics, all over tokens that count: <c>accuracy</c>, <c>f1_macro</c> (mean over the classes that occur),
/// <c>f1_micro</c>.</remarks>
public class TokenClassificationTask<TModel, TBatch> : TokenTask<TModel, TBatch>
    where TModel : nn.Module
{
    /// <summary>A task over a model.</summary>
    /// <param name="predict">Gives logits (B, T, C) and targets (B, T): classes, or the one that is ignored.</param>
    public TokenClassificationTask(Func<TModel, TBatch, Prediction> predict)
        : base(predict, new MetricChoice(
            "TokenClassificationTask", [new("accuracy"), new("f1_macro", true), new("f1_micro", true)],
            ["accuracy", "f1_macro"]))
    {
    }

    private protected sealed override void Measure(
        Tensor outputs, Tensor targets, ItemLosses items, IBatchMetrics metrics)
    {
        var (predicted, kept) = (outputs.argmax(2), Kept(targets));                          // (B, T), (B, T)
        if (Choice.Has("accuracy"))
        {
            AddAccuracy(metrics, predicted.eq(targets), kept);
        }

        if (metrics.Validating && Choice.Collects)
        {
            metrics.Collect(predicted.masked_select(kept), targets.masked_select(kept));     // (M), (M)
        }
    }

    private protected sealed override double Value(string metric, Tensor outputs, Tensor targets)
    {
        var report = ClassScoring.Report(outputs, targets);
        return metric == "f1_macro" ? report.Macro.F1 : report.Micro.F1;
    }
}
