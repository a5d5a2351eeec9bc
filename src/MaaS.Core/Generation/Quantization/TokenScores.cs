using System.Numerics.Tensors;
using MaaS.Onnx.Inference;

namespace MaaS.Core.Generation.Quantization;

/// <summary>How well a model foretells texts.</summary>
/// <param name="Perplexity">exp of the mean of −ln of each token's probability.</param>
/// <param name="Likeliest">The likeliest token at each place.</param>
internal sealed record TokenScores(double Perplexity, IReadOnlyList<int> Likeliest)
{
    /// <summary>Foretells the tokens that count from those before them.</summary>
    /// <param name="graph">The model.</param>
    /// <param name="windows">At least one, each with a token that counts.</param>
    /// <param name="cancellationToken">Stops between two runs.</param>
    /// <param name="most">Most tokens of a run, whose logits are held at once.</param>
    public static TokenScores Measure(
        DecoderGraph graph, IReadOnlyList<TokenExample> windows, CancellationToken cancellationToken, int most = 256)
    {
        var (sum, likeliest) = (0.0, new List<int>());
        float[] converted = [], exponents = [];
        foreach (var window in windows)
        {
            // What comes after the last token that counts tells nothing.
            var end = Enumerable.Range(0, window.Ids.Count).Last(i => window.Counts[i]);
            foreach (var (outputs, start, length) in Runs(graph, window, end, most, cancellationToken))
            {
                foreach (var i in Enumerable.Range(0, length).Where(i => window.Counts[start + i + 1]))
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
                    sum += Math.Log(TensorPrimitives.Sum(shares)) + logits[best] - logits[window.Ids[start + i + 1]];
                    likeliest.Add(best);
                }
            }
        }

        return new TokenScores(Math.Exp(sum / likeliest.Count), likeliest);
    }

    /// <summary>Share of places where two models find the same token the likeliest.</summary>
    public double Agreement(TokenScores other)
        => Likeliest.Zip(other.Likeliest).Count(static p => p.First == p.Second) / (double)Likeliest.Count;

    // Outputs live until the next are asked for: their keys and values go in there.
    private static IEnumerable<(InferenceOutputs Outputs, int Start, int Length)> Runs(
        DecoderGraph graph, TokenExample window, int end, int most, CancellationToken cancellationToken)
    {
        InferenceOutputs? before = null;
        try
        {
            for (var start = 0; start < end; start += most)
            {
                var length = Math.Min(most, end - start);
                var mask = new long[start + length];
                mask.AsSpan().Fill(1);
                var outputs = graph.Run(
                    1, [.. window.Ids.Skip(start).Take(length).Select(static id => (long)id)], mask,
                    [.. Enumerable.Range(start, length).Select(static i => (long)i)],
                    before is null ? graph.EmptyCache(1) : [.. before.Skip(1)], logitsToKeep: 0,
                    cancellationToken: cancellationToken);
                before?.Dispose();
                before = outputs;
                yield return (outputs, start, length);
            }
        }
        finally
        {
            before?.Dispose();
        }
    }
}
