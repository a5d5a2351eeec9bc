using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Processes;

/// <summary>Gradients that are summed up over the processes in one message.</summary>
internal sealed class GradientBucket : IDisposable
{
    private readonly Tensor[] _slots;
    private readonly bool[] _isFilled;

    // All gradients one after the other, then for each weight how many processes have a gradient.
    private readonly Tensor _values;
    private readonly Tensor _counts;
    private IPendingSum? _sum;
    private int _filled;

    /// <summary>Makes an empty bucket.</summary>
    /// <param name="weights">At least one, all on one device; tell the shapes.</param>
    public GradientBucket(IReadOnlyList<Tensor> weights)
    {
        using var scope = NewDisposeScope();
        var length = weights.Sum(static w => w.numel());
        _values = zeros(length + weights.Count, ScalarType.Float32, weights[0].device).DetachFromDisposeScope();
        _counts = _values.narrow(0, length, weights.Count).DetachFromDisposeScope();
        _isFilled = new bool[weights.Count];
        _slots = new Tensor[weights.Count];
        var start = 0L;
        for (var i = 0; i < _slots.Length; i++)
        {
            _slots[i] = _values.narrow(0, start, weights[i].numel()).view(weights[i].shape).DetachFromDisposeScope();
            start += weights[i].numel();
        }
    }

    /// <summary>Bytes of a message.</summary>
    public long Bytes => _values.numel() * sizeof(float);

    /// <summary>Whether all gradients are in the bucket.</summary>
    public bool IsFull => _filled == _slots.Length;

    /// <summary>Empties the bucket for another step.</summary>
    public void Clear()
    {
        _sum = null;
        _filled = 0;
        Array.Clear(_isFilled);
    }

    /// <summary>Copies a gradient into the bucket, unless it is there.</summary>
    /// <param name="position">Which weight's.</param>
    /// <param name="gradient">Null where this process has none.</param>
    public void Fill(int position, Tensor? gradient)
    {
        if (_isFilled[position])
        {
            return;
        }

        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        if (gradient is null)
        {
            _slots[position].zero_();
        }
        else
        {
            _slots[position].copy_(gradient);
        }

        _counts.narrow(0, position, 1).fill_(gradient is null ? 0 : 1);
        _isFilled[position] = true;
        _filled++;
    }

    /// <summary>Starts the sum.</summary>
    public void Begin(ITensorSum sums) => _sum = sums.Begin(_values);

    /// <summary>Lets a sum that is under way go on.</summary>
    public void Poll() => _ = _sum!.Poll();

    /// <summary>Waits for the sum.</summary>
    /// <returns>The sums, which the bucket owns and which hold until it is filled again; null for a weight that no
    /// process has a gradient for.</returns>
    public Tensor?[] End()
    {
        _sum!.Wait();
        using var scope = NewDisposeScope();
        var counts = _counts.cpu().data<float>().ToArray();
        return [.. _slots.Zip(counts, static (slot, count) => count > 0 ? slot : null)];
    }

    public void Dispose()
    {
        Array.ForEach(_slots, static s => s.Dispose());
        _counts.Dispose();
        _values.Dispose();
    }
}
