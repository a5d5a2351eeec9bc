using MaaS.Training.Data.Text;
using MaaS.Training.Interop;
using MaaS.Training.Models.Transformers.Bert;
using static TorchSharp.torch;

namespace MaaS.Training.Pipelines;

/// <summary>The first fit of the head of a pre-trained network for texts.</summary>
internal static class TextHead
{
    /// <summary>Puts the weights of a logistic regression on the network's vectors into its head.</summary>
    /// <param name="model">The network, which is as it was but for its head.</param>
    /// <param name="texts">What to learn from.</param>
    /// <param name="padding">Id of padding.</param>
    /// <param name="classWeights">(classes); null for 1 each.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    public static void Fit(
        BertClassifier model, TextDataset texts, int padding, IReadOnlyList<double>? classWeights,
        CancellationToken cancellationToken)
    {
        var (sorted, _) = texts.SortedByLength();
        var positions = LinearHead.Positions(sorted.Count);
        using var evaluation = new EvaluationMode(model);
        using var noGrad = no_grad();
        LinearHead.Fit(
            model.Head.weight, model.Head.bias!, Features(model, sorted, positions, padding),
            [.. positions.Select(p => sorted.Targets[(int)p])], classWeights, cancellationToken);
    }

    private static IEnumerable<Tensor> Features(
        BertClassifier model, TextDataset texts, long[] positions, int padding)
    {
        foreach (var part in positions.Chunk(LinearHead.Batch))
        {
            using var scope = NewDisposeScope();
            var (ids, _) = texts.GetBatch(
                tensor(part, [part.Length], ScalarType.Int64), model.Head.weight.device);              // (B, T)
            var mask = ids.ne(padding).to(ScalarType.Int64);
            yield return model.Features(ids, mask).DetachFromDisposeScope();                           // (B, C)
        }
    }
}
