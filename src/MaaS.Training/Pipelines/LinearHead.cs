using MaaS.Training.Baselines;
using static TorchSharp.torch;

namespace MaaS.Training.Pipelines;

/// <summary>Fits the fresh head of a pre-trained network before the whole of it is trained, so that the first steps do
/// not pull the network after a head that knows nothing.</summary>
/// <remarks>Kumar et al. 2022, "Fine-Tuning can Distort Pretrained Features and Underperform Out-of-Distribution",
/// section 3.3: linear probing, then fine-tuning.</remarks>
internal static class LinearHead
{
    /// <summary>Samples in one forward pass.</summary>
    public const int Batch = 64;

    // A few hundred numbers a sample are fitted well by so many samples; more only take time.
    private const int MostSamples = 1000;

    /// <summary>The samples to fit a head on: of many, as many as are needed from all of them.</summary>
    public static long[] Positions(long samples)
    {
        var count = (int)Math.Min(samples, MostSamples);
        return [.. Enumerable.Range(0, count).Select(i => i * samples / count)];
    }

    /// <summary>Puts the weights of a logistic regression on a network's features into its head.</summary>
    /// <param name="weight">(classes, features) of the head.</param>
    /// <param name="bias">(classes) of the head.</param>
    /// <param name="features">(B, features) of some samples each; freed here.</param>
    /// <param name="targets">Class indices of all of them.</param>
    /// <param name="classWeights">(classes); null for 1 each.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    public static void Fit(
        Tensor weight, Tensor bias, IEnumerable<Tensor> features, IReadOnlyList<int> targets,
        IReadOnlyList<double>? classWeights, CancellationToken cancellationToken)
    {
        var (classes, width) = ((int)weight.shape[0], (int)weight.shape[1]);
        var rows = new SparseRows(width);
        foreach (var batch in features)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            using var owned = batch;
            var values = owned.to(ScalarType.Float32).cpu().data<float>().ToArray();   // (B, features)
            for (var at = 0; at < values.Length; at += width)
            {
                var start = at;
                rows.Add(Enumerable.Range(0, width).Select(i => (i, (double)values[start + i])));
            }
        }

        var fitted = LogisticRegression.Fit(
            rows, targets, classes, classWeights: classWeights, cancellationToken: cancellationToken);
        using var head = NewDisposeScope();
        using var noGrad = no_grad();
        var (weights, intercepts) = fitted.Linear(classes);
        weight.copy_(tensor(weights, weight.shape));
        bias.copy_(tensor(intercepts, bias.shape));
    }
}
