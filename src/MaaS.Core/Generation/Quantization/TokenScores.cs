using System.Numerics.Tensors;

namespace MaaS.Core.Generation.Quantization;

/// <summary>How well a model foretells texts.</summary>
/// <param name="Perplexity">exp of the mean of −ln of each token's probability.</param>
/// <param name="Likeliest">The likeliest token at each place.</param>
internal sealed record TokenScores(double Perplexity, IReadOnlyList<int> Likeliest)
{
    /// <summary>Foretells each token but the first of each window from those before it.</summary>
    /// <param name="graph">The model.</param>
    /// <param name="windows">Two tokens or more each.</param>
    /// <param name="cancellationToken">Stops between two windows.</param>
    public static TokenScores Measure(
        DecoderGraph graph, IReadOnlyList<long[]> windows, CancellationToken cancellationToken)
    {
        var (sum, likeliest) = (0.0, new List<int>());
        float[] converted = [], exponents = [];
        foreach (var window in windows)
        {
            var length = window.Length - 1;
            var mask = new long[length];
            mask.AsSpan().Fill(1);
            using var outputs = graph.Run(
                1, window[..length], mask, [.. Enumerable.Range(0, length).Select(static i => (long)i)],
                graph.EmptyCache(1), logitsToKeep: 0, cancellationToken: cancellationToken);
            for (var i = 0; i < length; i++)
            {
                var logits = DecoderGraph.Logits(outputs, 0, i, ref converted);
                if (exponents.Length < logits.Length)
                {
                    exponents = new float[logits.Length];
                }

                var best = TensorPrimitives.IndexOfMax(logits);
                var shares = exponents.AsSpan(0, logits.Length);
                TensorPrimitives.Subtract(logits, logits[best], shares);
                TensorPrimitives.Exp(shares, shares);
                sum += Math.Log(TensorPrimitives.Sum(shares)) + logits[best] - logits[(int)window[i + 1]];
                likeliest.Add(best);
            }
        }

        return new TokenScores(Math.Exp(sum / likeliest.Count), likeliest);
    }

    /// <summary>Share of places where two models find the same token the likeliest.</summary>
    public double Agreement(TokenScores other)
        => Likeliest.Zip(other.Likeliest).Count(static p => p.First == p.Second) / (double)Likeliest.Count;
}
