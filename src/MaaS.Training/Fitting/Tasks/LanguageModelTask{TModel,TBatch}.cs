using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Tasks;

/// <summary>The next token of a text: cross-entropy, each token counting the same.</summary>
/// <typeparam name="TModel">A module of any signature.</typeparam>
/// <typeparam name="TBatch">What the batch source delivers.</typeparam>
/// <remarks>Metrics: <c>perplexity</c> (of a validation set, without label smoothing), <c>accuracy</c>.</remarks>
public class LanguageModelTask<TModel, TBatch> : TokenTask<TModel, TBatch>
    where TModel : nn.Module
{
    /// <summary>A task over a model.</summary>
    /// <param name="predict">Gives logits (B, T, V), row t after the tokens up to t, and targets (B, T): the tokens
    /// t + 1.</param>
    public LanguageModelTask(Func<TModel, TBatch, Prediction> predict)
        : base(predict, new MetricChoice(
            "LanguageModelTask", [new("accuracy"), new("perplexity", true, false)], ["perplexity"]))
    {
    }

    private protected sealed override void Measure(
        Tensor outputs, Tensor targets, ItemLosses items, IBatchMetrics metrics)
    {
        if (Choice.Has("accuracy"))
        {
            AddAccuracy(metrics, outputs.argmax(2).eq(targets), Kept(targets));
        }

        if (metrics.Validating && Choice.Collects)
        {
            CollectLikelihood(items, targets, metrics);
        }
    }

    private protected sealed override double Value(string metric, Tensor outputs, Tensor targets)
        => Perplexity(outputs, targets);
}
