using MaaS.Training.Baselines;
using MaaS.Training.Data.Text;
using MaaS.Training.Interop;
using MaaS.Training.Models.Transformers.Bert;
using static TorchSharp.torch;

namespace MaaS.Training.Pipelines;

/// <summary>Fits the fresh head of a pre-trained network before the whole of it is trained, so that the first steps do
/// not pull the network after a head that knows nothing.</summary>
/// <remarks>Kumar et al. 2022, "Fine-Tuning can Distort Pretrained Features and Underperform Out-of-Distribution",
/// section 3.3: linear probing, then fine-tuning.</remarks>
internal static class TextHead
{
    private const int Batch = 64;

    // A few hundred numbers a text are fitted well by so many texts; more only take time.
    private const int MostTexts = 1000;

    /// <summary>Puts the weights of a logistic regression on the network's vectors into its head.</summary>
    /// <param name="model">The network, which is as it was but for its head.</param>
    /// <param name="texts">What to learn from; of many, as many as are needed from all of them.</param>
    /// <param name="padding">Id of padding.</param>
    /// <param name="classWeights">(classes); null for 1 each.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    public static void Fit(
        BertClassifier model, TextDataset texts, int padding, IReadOnlyList<double>? classWeights,
        CancellationToken cancellationToken)
    {
        var (sorted, _) = texts.SortedByLength();
        var count = (int)Math.Min(sorted.Count, MostTexts);
        long[] positions = [.. Enumerable.Range(0, count).Select(i => i * sorted.Count / count)];
        var width = (int)model.Head.weight.shape[1];
        var rows = new SparseRows(width);
        using var evaluation = new EvaluationMode(model);
        using var noGrad = no_grad();
        var device = model.Head.weight.device;
        foreach (var part in positions.Chunk(Batch))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var (ids, _) = sorted.GetBatch(tensor(part, [part.Length], ScalarType.Int64), device);   // (B, T)
            var mask = ids.ne(padding).to(ScalarType.Int64);
            var features = model.Features(ids, mask).to(ScalarType.Float32).cpu().data<float>().ToArray();   // (B, C)
            for (var row = 0; row < part.Length; row++)
            {
                var at = row * width;
                rows.Add(Enumerable.Range(0, width).Select(i => (i, (double)features[at + i])));
            }
        }

        int[] targets = [.. positions.Select(p => sorted.Targets[(int)p])];
        var fitted = LogisticRegression.Fit(
            rows, targets, texts.Classes.Count, classWeights: classWeights, cancellationToken: cancellationToken);
        using var head = NewDisposeScope();
        var (weights, intercepts) = fitted.Linear(texts.Classes.Count);
        model.Head.weight.copy_(tensor(weights, model.Head.weight.shape));
        model.Head.bias!.copy_(tensor(intercepts, model.Head.bias!.shape));
    }
}
