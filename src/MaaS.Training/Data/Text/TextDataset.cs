using static TorchSharp.torch;

namespace MaaS.Training.Data.Text;

/// <summary>Tokenized texts; each batch is padded to its longest text, and texts of about one length share a
/// batch.</summary>
/// <remarks>A batch's inputs are token ids (B, T), int64; what is padding is told by the id, see
/// <see cref="Models.PaddedSequences"/>.</remarks>
public sealed class TextDataset : IBatchSource, IBatchOrder
{
    // Batches that are drawn together before they are sorted by length: enough to waste little, few enough to mix well.
    private const int BatchesInBucket = 32;

    private readonly IReadOnlyList<int[]> _sequences;
    private readonly int _padding;

    /// <summary>A data set of token ids.</summary>
    /// <param name="sequences">Ids of each text, at least one each; not copied.</param>
    /// <param name="targets">As many class indices.</param>
    /// <param name="classes">Class names by index.</param>
    /// <param name="padding">Id of padding; texts do not contain it.</param>
    /// <exception cref="ArgumentException">Lengths or indices do not fit, or a sequence is empty.</exception>
    public TextDataset(
        IReadOnlyList<int[]> sequences, IReadOnlyList<int> targets, IReadOnlyList<string> classes, int padding)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentNullException.ThrowIfNull(classes);
        if (sequences.Count == 0 || sequences.Count != targets.Count || sequences.Any(static s => s.Length == 0))
        {
            throw new ArgumentException(
                $"TextDataset: expected texts with at least one token and a target each, got {sequences.Count} texts, "
                + $"{sequences.Count(static s => s.Length == 0)} of them without tokens, and {targets.Count} targets.",
                nameof(sequences));
        }

        if (targets.Any(t => t < 0 || t >= classes.Count))
        {
            throw new ArgumentException(
                $"TextDataset: expected targets of 0 to {classes.Count - 1}, got {targets.Min()} to {targets.Max()}.",
                nameof(targets));
        }

        (_sequences, Targets, Classes, _padding) = (sequences, targets, classes, padding);
        InputShape = [sequences.Max(static s => s.Length)];
    }

    /// <inheritdoc/>
    public long Count => _sequences.Count;

    /// <summary>(T) of the longest text.</summary>
    public IReadOnlyList<long> InputShape { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Class index of each text.</summary>
    public IReadOnlyList<int> Targets { get; }

    /// <inheritdoc/>
    /// <returns>Token ids (B, longest of the batch) and targets (B), both int64; the caller owns both.</returns>
    public (Tensor Inputs, Tensor Targets) GetBatch(Tensor indices, Device device)
    {
        ArgumentNullException.ThrowIfNull(indices);
        ArgumentNullException.ThrowIfNull(device);
        using var scope = NewDisposeScope();
        var positions = indices.data<long>().ToArray();
        var length = positions.Max(p => _sequences[(int)p].Length);
        var ids = new long[positions.Length * length];
        Array.Fill(ids, _padding);
        for (var row = 0; row < positions.Length; row++)
        {
            var sequence = _sequences[(int)positions[row]];
            for (var i = 0; i < sequence.Length; i++)
            {
                ids[row * length + i] = sequence[i];
            }
        }

        return (
            // (B, T)
            tensor(ids, [positions.Length, length], ScalarType.Int64).to(device).MoveToOuterDisposeScope(),
            tensor(Array.ConvertAll(positions, p => (long)Targets[(int)p]), [positions.Length], ScalarType.Int64).to(
                device).MoveToOuterDisposeScope());
    }

    /// <summary>The same texts, the shortest first: evaluation, which takes them in order, pads little then.</summary>
    /// <returns>The data set, and where each of its texts stands in this one.</returns>
    public (TextDataset Sorted, int[] Positions) SortedByLength()
    {
        int[] order = [.. Enumerable.Range(0, _sequences.Count).OrderBy(i => _sequences[i].Length)];
        return (
            new TextDataset(
                [.. order.Select(i => _sequences[i])], [.. order.Select(i => Targets[i])], Classes, _padding), order);
    }

    /// <inheritdoc/>
    /// <remarks>Shuffled, sorted by length within stretches of some batches, and the batches shuffled again.</remarks>
    public long[] Order(int seed, int epoch, int batchSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        var random = new SeededRandom(seed, epoch);
        var order = new long[_sequences.Count];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        random.Shuffle(order);
        var whole = order.Length / batchSize * batchSize;   // The batch that is not full stays the last.
        for (var start = 0; start < whole; start += BatchesInBucket * batchSize)
        {
            // Stable: texts of one length stay shuffled.
            var bucket = order.AsSpan(start, Math.Min(BatchesInBucket * batchSize, whole - start));
            bucket.ToArray().OrderBy(i => _sequences[(int)i].Length).ToArray().CopyTo(bucket);
        }

        var batches = new long[whole / batchSize];
        for (var i = 0; i < batches.Length; i++)
        {
            batches[i] = i;
        }

        random.Shuffle(batches);
        return [.. batches.SelectMany(b => order.Skip((int)b * batchSize).Take(batchSize)), .. order[whole..]];
    }
}
