using static TorchSharp.torch;

namespace MaaS.Training.Data;

/// <summary>Some samples of a data set, without a copy of them; the data set stays the caller's.</summary>
public sealed class BatchSubset : IBatchSource
{
    private readonly IBatchSource _data;
    private readonly long[] _positions;

    /// <summary>Chooses samples.</summary>
    /// <param name="data">Where they are.</param>
    /// <param name="positions">Each in 0…<see cref="IBatchSource.Count"/>−1; at least one.</param>
    /// <exception cref="ArgumentException">There is no position, or one is beyond the data set.</exception>
    public BatchSubset(IBatchSource data, IReadOnlyList<long> positions)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(positions);
        if (positions.Count == 0 || positions.Any(p => p < 0 || p >= data.Count))
        {
            throw new ArgumentException(
                $"BatchSubset: expected at least one position in 0 to {data.Count - 1}, got {positions.Count}"
                    + (positions.Count == 0 ? "." : $" from {positions.Min()} to {positions.Max()}."),
                nameof(positions));
        }

        (_data, _positions) = (data, [.. positions]);
    }

    /// <inheritdoc/>
    public long Count => _positions.Length;

    /// <inheritdoc/>
    public IReadOnlyList<long> InputShape => _data.InputShape;

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes => _data.Classes;

    /// <summary>Splits a data set at random into two disjoint parts; equal arguments give equal parts.</summary>
    /// <param name="data">At least two samples.</param>
    /// <param name="fraction">Share of the second part, above 0 and below 1.</param>
    /// <param name="seed">Seed of the draw.</param>
    /// <exception cref="ArgumentException">A part would be empty.</exception>
    public static (BatchSubset First, BatchSubset Second) Split(IBatchSource data, double fraction, int seed)
    {
        ArgumentNullException.ThrowIfNull(data);
        var (first, second) = SplitIndices.Random(data.Count, fraction, seed);
        return (new BatchSubset(data, first), new BatchSubset(data, second));
    }

    /// <inheritdoc/>
    public (Tensor Inputs, Tensor Targets) GetBatch(Tensor indices, Device device)
    {
        ArgumentNullException.ThrowIfNull(indices);
        var chosen = Array.ConvertAll(indices.data<long>().ToArray(), i => _positions[i]);
        using var positions = tensor(chosen, [chosen.Length], ScalarType.Int64);
        return _data.GetBatch(positions, device);
    }
}
