using MaaS.Training.Interop;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Processes;

/// <summary>Adds gradients up over a group of processes, in buckets of some parameters each.</summary>
/// <remarks>A bucket's sum is begun as soon as it is filled, so that copying and adding overlap. Whoever learns of a
/// parameter's gradient earlier, as hooks of the backward pass would, may fill and begin buckets from there: the order
/// of buckets and of parameters in them is fixed when the exchange is made.</remarks>
internal sealed class GradientExchange : IDisposable
{
    // 1 Mi float32 values: large enough to fill a link, small enough to have several under way.
    private const long BucketElements = 1 << 20;

    private readonly IProcessGroup _group;
    private readonly List<Bucket> _buckets = [];

    /// <param name="group">At least two processes.</param>
    /// <param name="weights">Of the same shapes in every process.</param>
    public GradientExchange(IProcessGroup group, IReadOnlyList<Tensor> weights)
    {
        _group = group;
        for (var first = 0; first < weights.Count;)
        {
            var (next, elements) = (first, 0L);
            do
            {
                elements += weights[next++].NumberOfElements;
            }
            while (next < weights.Count && elements + weights[next].NumberOfElements <= BucketElements);

            // One number more a parameter tells how many processes have a gradient for it.
            var values = zeros([elements + next - first], ScalarType.Float32).DetachFromDisposeScope();
            _buckets.Add(new Bucket(first, next, values));
            first = next;
        }
    }

    /// <summary>Adds up gradients; a parameter that no process has a gradient for stays without one.</summary>
    /// <param name="gradients">Of this process, float32; null where it has none.</param>
    /// <param name="weights">Tell shapes and devices.</param>
    /// <returns>The sums; the dispose scope owns those that are new.</returns>
    public Tensor?[] Sum(Tensor?[] gradients, IReadOnlyList<Tensor> weights)
    {
        using var noGrad = no_grad();
        var pending = _buckets.ConvertAll(bucket =>
        {
            Fill(bucket, gradients, weights);
            unsafe
            {
                fixed (float* first = FloatSpan.Of(bucket.Values))
                {
                    return _group.BeginSum((nint)first, checked((int)bucket.Values.NumberOfElements));
                }
            }
        });
        var sums = new Tensor?[gradients.Length];
        for (var i = 0; i < pending.Count; i++)
        {
            pending[i].Wait();
            Read(_buckets[i], sums, weights);
        }

        return sums;
    }

    public void Dispose() => _buckets.ForEach(static b => b.Values.Dispose());

    private static void Fill(Bucket bucket, Tensor?[] gradients, IReadOnlyList<Tensor> weights)
    {
        using var scope = NewDisposeScope();
        var flags = FloatSpan.Of(bucket.Values)[^(bucket.Next - bucket.First)..];
        long offset = 0;
        for (var i = bucket.First; i < bucket.Next; i++)
        {
            var size = weights[i].NumberOfElements;
            var target = bucket.Values.narrow(0, offset, size);
            flags[i - bucket.First] = gradients[i] is null ? 0 : 1;
            if (gradients[i] is { } gradient)
            {
                target.copy_(gradient.reshape(-1));
            }
            else
            {
                target.zero_();
            }

            offset += size;
        }
    }

    private static void Read(Bucket bucket, Tensor?[] sums, IReadOnlyList<Tensor> weights)
    {
        var flags = FloatSpan.Of(bucket.Values)[^(bucket.Next - bucket.First)..];
        long offset = 0;
        for (var i = bucket.First; i < bucket.Next; i++)
        {
            var size = weights[i].NumberOfElements;
            if (flags[i - bucket.First] > 0)
            {
                // A copy: the bucket is filled again in the next step.
                sums[i] = bucket.Values.narrow(0, offset, size).reshape(weights[i].shape)
                    .to(weights[i].device, copy: true);
            }

            offset += size;
        }
    }

    private sealed record Bucket(int First, int Next, Tensor Values);
}
