using System.Numerics.Tensors;
using MaaS.Onnx.Inference;

namespace MaaS.Core.Generation;

/// <summary>Compares a short text of a decoder alone with the same text as the padded row of a batch.</summary>
internal static class RowCheck
{
    // Other orders of summation differ by some 1e-6 of the largest logit; what depends on other rows, such as one scale
    // for the activations of all of them, by 1e-3 and more.
    private const float Tolerance = 1e-4f, HalfTolerance = 1e-2f;

    private static readonly long[] Short = [1, 2], Long = [3, 0, 1, 2, 3];

    /// <summary>Why texts may not share a run; null when they may.</summary>
    public static string? Obstacle(DecoderGraph graph) => Compare(
        graph, "when another stands beside it", 2, [.. Long, 0, 0, 0, .. Short], [1, 1, 1, 1, 1, 0, 0, 0, 1, 1],
        [0, 1, 2, 3, 4, 0, 0, 0, 0, 1]);

    /// <summary>Why a text may not have places within it that are masked; null when it may.</summary>
    public static string? HoleObstacle(DecoderGraph graph) => Compare(
        graph, "when masked places stand within it", 1, [Short[0], 4, 4, Short[1]], [1, 0, 0, 1], [0, 0, 0, 1]);

    private static string? Compare(
        DecoderGraph graph, string when, int rows, long[] ids, long[] mask, long[] positions)
    {
        try
        {
            using var alone = graph.Run(1, Short, [1, 1], [0, 1], graph.EmptyCache(1));
            using var other = graph.Run(rows, ids, mask, positions, graph.EmptyCache(rows));
            float[] first = [], second = [];
            var expected = DecoderGraph.LastLogits(alone, 0, ref first);
            var got = DecoderGraph.LastLogits(other, rows - 1, ref second);
            var largest = Math.Abs(TensorPrimitives.MaxMagnitude(expected));
            var difference = 0f;
            for (var i = 0; i < expected.Length; i++)
            {
                var one = Math.Abs(expected[i] - got[i]);
                difference = one > difference || float.IsNaN(one) ? one : difference;
            }

            var tolerance = graph.CacheType == ElementType.Float16 ? HalfTolerance : Tolerance;
            return difference <= tolerance * largest ? null
                : $"logits of a text differ by {difference} of {largest} {when}";
        }
        catch (InferenceException e)
        {
            return $"it does not run {when}: {e.Message}";
        }
    }
}
