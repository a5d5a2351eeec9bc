using System.Security.Cryptography;
using System.Text;
using static System.FormattableString;
using static TorchSharp.torch;

namespace MaaS.Training.Data;

/// <summary>Samples in memory: tensors whose rows belong together.</summary>
/// <typeparam name="TBatch">A tensor, or a tuple, record, array, list or dictionary of tensors.</typeparam>
/// <remarks>An epoch is shuffled by seed and epoch. Views, such as those of <see cref="SeriesWindows"/>, are not copied
/// as a whole.</remarks>
public sealed class TensorBatches<TBatch> : IBatchSource<TBatch>
{
    private readonly TBatch _samples;
    private readonly long _count;
    private readonly Lazy<string> _fingerprint;

    /// <summary>Wraps tensors, which stay the caller's.</summary>
    /// <param name="samples">Tensors (N, …) on the CPU, N at least 1, all of one N.</param>
    /// <param name="fingerprint">What tells the data apart; null for a SHA-256 of all values.</param>
    /// <exception cref="ArgumentException">There is no tensor or no sample, or the tensors have different
    /// lengths.</exception>
    public TensorBatches(TBatch samples, string? fingerprint = null)
    {
        var tensors = TensorTree.Named(samples).ToList();
        if (tensors.Count == 0 || tensors.Exists(static t => t.Value.dim() == 0 || t.Value.shape[0] == 0)
            || tensors.Exists(t => t.Value.shape[0] != tensors[0].Value.shape[0]))
        {
            var shapes = tensors.Select(static t => $"{t.Key} ({string.Join(",", t.Value.shape)})");
            throw new ArgumentException(
                $"TensorBatches: expected tensors (N,…) of one N, at least 1, got {string.Join(", ", shapes)}.",
                nameof(samples));
        }

        (_samples, _count) = (samples, tensors[0].Value.shape[0]);
        _fingerprint = new Lazy<string>(() => fingerprint ?? Hash(samples));
    }

    /// <inheritdoc/>
    public long? Count => _count;

    /// <inheritdoc/>
    public string Fingerprint => _fingerprint.Value;

    /// <inheritdoc/>
    public IEnumerable<Batch<TBatch>> Read(EpochPlan plan, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var order = new long[_count];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        if (plan.Shuffle)
        {
            new SeededRandom(plan.Seed, plan.Epoch).Shuffle(order);
        }

        var first = (plan.Skip * plan.Processes) + plan.Rank;
        for (var number = first; number * plan.BatchSize < _count; number += plan.Processes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var start = number * plan.BatchSize;
            var positions = order[(int)start..(int)Math.Min(start + plan.BatchSize, _count)];
            using var rows = tensor(positions, [positions.Length], ScalarType.Int64);
            yield return new Batch<TBatch>(
                TensorTree.Map(_samples, t => Rows(t, rows, plan.Device)), positions.Length,
                Invariant($"samples {string.Join(", ", positions.Take(8))}{(positions.Length > 8 ? ", …" : "")}"));
        }
    }

    // Without the dispose scope: what reads a batch owns it, on whichever thread.
    private static Tensor Rows(Tensor tensor, Tensor rows, Device device)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return tensor.index_select(0, rows).to(device).DetachFromDisposeScope();
    }

    private static string Hash(TBatch samples)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, values) in TensorTree.Named(samples))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(
                Invariant($"{name};{values.dtype};{string.Join(',', values.shape)}\n")));
            using var scope = NewDisposeScope();
            hash.AppendData(values.detach().cpu().contiguous().bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
