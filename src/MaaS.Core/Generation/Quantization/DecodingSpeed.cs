using System.Diagnostics;
using MaaS.Onnx.Inference;

namespace MaaS.Core.Generation.Quantization;

/// <summary>Tokens a second of models that write.</summary>
internal static class DecodingSpeed
{
    private const int Rounds = 3, Prompt = 16, Steps = 32;

    /// <summary>Measures models in turns, so that other work on the machine meets them alike; the best of three rounds
    /// counts.</summary>
    /// <param name="graphs">The models.</param>
    /// <param name="rows">Texts that are written together.</param>
    /// <param name="maxLength">Most tokens of a text.</param>
    /// <param name="cancellationToken">Stops between two tokens.</param>
    public static double[] Measure(
        IReadOnlyList<DecoderGraph> graphs, int rows, long maxLength, CancellationToken cancellationToken)
    {
        var best = new double[graphs.Count];
        var prompt = (int)Math.Clamp(maxLength / 2, 1, Prompt);
        var steps = (int)Math.Clamp(maxLength - prompt, 1, Steps);
        for (var round = 0; round <= Rounds; round++)
        {
            for (var i = 0; i < best.Length; i++)
            {
                var seconds = Write(graphs[i], rows, prompt, steps, cancellationToken);
                best[i] = round == 0 ? 0 : Math.Max(best[i], rows * steps / seconds);   // The first warms up.
            }
        }

        return best;
    }

    private static double Write(
        DecoderGraph graph, int rows, int prompt, int steps, CancellationToken cancellationToken)
    {
        var outputs = Run(graph, rows, prompt, 0, graph.EmptyCache(rows), cancellationToken);
        var watch = Stopwatch.StartNew();
        for (var step = 0; step < steps; step++)
        {
            var next = Run(graph, rows, 1, prompt + step, [.. outputs.Skip(1)], cancellationToken);
            outputs.Dispose();
            outputs = next;
        }

        outputs.Dispose();
        return watch.Elapsed.TotalSeconds;
    }

    private static InferenceOutputs Run(
        DecoderGraph graph, int rows, int count, int past, IReadOnlyList<TensorValue> cache,
        CancellationToken cancellationToken)
    {
        var mask = new long[rows * (past + count)];
        mask.AsSpan().Fill(1);
        return graph.Run(
            rows, new long[rows * count], mask,
            [.. Enumerable.Range(0, rows * count).Select(i => (long)(past + (i % count)))], cache,
            cancellationToken: cancellationToken);
    }
}
