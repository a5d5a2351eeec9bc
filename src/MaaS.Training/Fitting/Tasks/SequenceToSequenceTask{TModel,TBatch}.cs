using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Tasks;

/// <summary>One sequence out of another: cross-entropy of every next token, the right ones before it being given
/// (teacher forcing: Williams, Zipser 1989).</summary>
/// <typeparam name="TModel">A module of any signature.</typeparam>
/// <typeparam name="TBatch">What the batch source delivers.</typeparam>
/// <remarks>Metrics: <c>perplexity</c>, <c>accuracy</c> of tokens, <c>sequence_accuracy</c>: the share of sequences
/// whose every token is the likeliest one, which are those that greedy search writes without a fault.</remarks>
public class SequenceToSequenceTask<TModel, TBatch> : TokenTask<TModel, TBatch>
    where TModel : nn.Module
{
    /// <summary>A task over a model.</summary>
    /// <param name="predict">Gives logits (B, T, V), row t after the target's tokens up to t, and targets (B, T): the
    /// tokens t + 1, the end included.</param>
    public SequenceToSequenceTask(Func<TModel, TBatch, Prediction> predict)
        : base(predict, new MetricChoice(
            "SequenceToSequenceTask",
            [new("accuracy"), new("perplexity", true, false), new("sequence_accuracy")],
            ["perplexity", "sequence_accuracy"]))
    {
    }

    private protected sealed override void Measure(
        Tensor outputs, Tensor targets, ItemLosses items, IBatchMetrics metrics)
    {
        var (right, kept) = (outputs.argmax(2).eq(targets), Kept(targets));                  // (B, T), (B, T)
        if (Choice.Has("accuracy"))
        {
            AddAccuracy(metrics, right, kept);
        }

        if (Choice.Has("sequence_accuracy"))
        {
            AddShare(metrics, "sequence_accuracy", right.logical_or(kept.logical_not()).all(1));
        }

        if (metrics.Validating && Choice.Collects)
        {
            CollectLikelihood(items, targets, metrics);
        }
    }

    private protected sealed override double Value(string metric, Tensor outputs, Tensor targets)
        => Perplexity(outputs, targets);
}
