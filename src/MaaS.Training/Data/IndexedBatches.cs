using System.Security.Cryptography;
using System.Text;
using static System.FormattableString;
using static TorchSharp.torch;

namespace MaaS.Training.Data;

/// <summary>Batches of inputs and class indices out of samples that are fetched by their positions.</summary>
/// <remarks>The order of an epoch is that of <see cref="IBatchOrder"/> where the samples choose it, otherwise shuffled
/// by seed and epoch.</remarks>
public sealed class IndexedBatches : IDividedSource<(Tensor Inputs, Tensor Targets)>
{
    private readonly IBatchSource _data;
    private readonly ShiftFlip? _augmentation;
    private readonly Lazy<string> _fingerprint;

    /// <summary>Wraps a data set, which stays the caller's.</summary>
    /// <param name="data">At least one sample.</param>
    /// <param name="augmentation">Shifts and flips of shuffled epochs' images; null for none.</param>
    /// <param name="fingerprint">What tells the data apart; null to take it of the samples.</param>
    /// <exception cref="ArgumentException">There are no samples.</exception>
    public IndexedBatches(IBatchSource data, ShiftFlip? augmentation = null, string? fingerprint = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.Count < 1)
        {
            throw new ArgumentException("IndexedBatches: expected at least one sample, got none.", nameof(data));
        }

        (_data, _augmentation) = (data, augmentation);
        _fingerprint = new Lazy<string>(() => fingerprint ?? Hash(data));
    }

    /// <inheritdoc/>
    public long? Count => _data.Count;

    /// <inheritdoc/>
    /// <remarks>Of images all bytes count; of others the number of samples, the classes, and the first and the last
    /// sample.</remarks>
    public string Fingerprint => _fingerprint.Value;

    /// <inheritdoc/>
    public IEnumerable<Batch<(Tensor Inputs, Tensor Targets)>> Read(
        EpochPlan plan, CancellationToken cancellationToken)
    {
        foreach (var batch in ((IDividedSource<(Tensor, Tensor)>)this).ReadDivided(plan, cancellationToken))
        {
            yield return new Batch<(Tensor, Tensor)>(batch.Part(0, batch.Samples), batch.Samples, batch.Name());
        }
    }

    IEnumerable<DividedBatch<(Tensor Inputs, Tensor Targets)>> IDividedSource<(Tensor Inputs, Tensor Targets)>
        .ReadDivided(EpochPlan plan, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var order = Order(plan);
        var rounds =
            (order.Length + ((long)plan.BatchSize * plan.Processes) - 1) / ((long)plan.BatchSize * plan.Processes);
        for (var round = plan.Skip; round < rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var number = (round * plan.Processes) + plan.Rank;
            var start = number * plan.BatchSize;
            if (start >= order.Length)
            {
                yield break;
            }

            var positions = order.AsMemory((int)start, (int)Math.Min(plan.BatchSize, order.Length - start));
            // A batch draws its shifts and flips from a stream of its own.
            var stream = ((((plan.Epoch - 1) * rounds * plan.Processes) + number) + 1) << 32;
            yield return new DividedBatch<(Tensor Inputs, Tensor Targets)>(
                positions.Length, () => Invariant($"samples {Some(positions.Span)} of epoch {plan.Epoch}"),
                (from, to) => Part(positions.Span[from..to], plan, stream + from));
        }
    }

    private (Tensor Inputs, Tensor Targets) Part(ReadOnlySpan<long> positions, EpochPlan plan, long stream)
    {
        using var indices = tensor(positions.ToArray(), [positions.Length], ScalarType.Int64);
        var (inputs, targets) = _data.GetBatch(indices, plan.Device);
        if (_augmentation is null || !plan.Shuffle)
        {
            return (inputs, targets);
        }

        using (inputs)
        {
            var random = new SeededRandom(plan.Seed, stream);
            return (_augmentation.Apply(inputs, ref random), targets);
        }
    }

    private long[] Order(EpochPlan plan)
    {
        if (plan.Shuffle && _data is IBatchOrder source)
        {
            return source.Order(plan.Seed, plan.Epoch, checked(plan.BatchSize * plan.Processes));
        }

        var order = new long[_data.Count];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        if (plan.Shuffle)
        {
            new SeededRandom(plan.Seed, plan.Epoch).Shuffle(order);
        }

        return order;
    }

    private static string Some(ReadOnlySpan<long> positions)
    {
        const int Shown = 8;
        return string.Join(", ", positions[..Math.Min(Shown, positions.Length)].ToArray())
            + (positions.Length > Shown ? $", … ({positions.Length} of them)" : "");
    }

    private static string Hash(IBatchSource data)
    {
        if (data is ImageDataset images)
        {
            return images.Sha256();
        }

        using var scope = NewDisposeScope();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(Invariant(
            $"{data.Count};{string.Join(',', data.InputShape)};{string.Join('\n', data.Classes)}")));
        foreach (var position in new[] { 0, data.Count - 1 })
        {
            var (inputs, targets) = data.GetBatch(tensor([position]), CPU);
            hash.AppendData(inputs.contiguous().bytes);
            hash.AppendData(targets.contiguous().bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
