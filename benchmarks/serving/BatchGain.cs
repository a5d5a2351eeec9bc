using System.Diagnostics;
using System.Globalization;
using MaaS.Onnx.Inference;

namespace MaaS.Benchmarks.Serving;

/// <summary>What ONNX Runtime itself takes for a row, alone and in batches: the most that any batching can
/// gain.</summary>
internal static class BatchGain
{
    private static readonly int[] Sizes = [1, 2, 4, 8, 16, 32];

    /// <summary>Prints rows a second of one thread for each batch size.</summary>
    /// <param name="model">A file whose only input is float32[batch,1,28,28] or int64[batch,tokens].</param>
    /// <param name="rowShape">Sizes of one row.</param>
    public static int Print(string model, long[] rowShape)
    {
        using var session = InferenceModel.Load(model, new InferenceOptions { IntraOpThreads = 1 });
        var inputs = Sizes.Select(rows => Row(session.Inputs[0].Type, [rows, .. rowShape])).ToArray();
        var best = new double[Sizes.Length];

        // In turns, so that all sizes meet the same neighbours; the best of each counts.
        for (var round = 0; round < 5; round++)
        {
            for (var i = 0; i < Sizes.Length; i++)
            {
                var (start, runs) = (Stopwatch.StartNew(), 0);
                for (; start.ElapsedMilliseconds < 150; runs++)
                {
                    session.Run(inputs[i]).Dispose();
                }

                best[i] = Math.Max(best[i], runs * Sizes[i] / start.Elapsed.TotalSeconds);
            }
        }

        var rates = string.Join(
            ", ",
            Sizes.Zip(best, static (size, rate) => string.Create(CultureInfo.InvariantCulture, $"{size}: {rate:0}")));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"ONNX Runtime alone, one thread, rows/s by batch size: {rates}; batches gain "
                + $"{best.Max() / best[0]:0.00}× at most"));
        return 0;
    }

    private static TensorValue Row(ElementType type, long[] shape)
    {
        var count = (int)shape.Aggregate(1L, static (a, b) => a * b);
        return type == ElementType.Int64 ? TensorValue.Of(
            [.. Enumerable.Range(0, count).Select(static i => (long)i)], shape)
            : TensorValue.Of(Enumerable.Range(0, count).Select(static i => i % 255 / 255f).ToArray(), shape);
    }
}
