namespace MaaS.Training.Fitting.Processes;

/// <summary>A group of this process alone: sums are what they were.</summary>
internal sealed class SingleProcess : IProcessGroup, IPendingSum
{
    /// <inheritdoc/>
    public int Rank => 0;

    /// <inheritdoc/>
    public int Size => 1;

    /// <inheritdoc/>
    public void Sum(Span<float> values)
    {
    }

    /// <inheritdoc/>
    public void Sum(Span<double> values)
    {
    }

    /// <inheritdoc/>
    public void Broadcast(Span<byte> bytes, int root) => ArgumentOutOfRangeException.ThrowIfNotEqual(root, 0);

    /// <inheritdoc/>
    public byte[][] Gather(ReadOnlySpan<byte> bytes) => [bytes.ToArray()];

    /// <inheritdoc/>
    public IPendingSum BeginSum(nint address, int count) => this;

    /// <inheritdoc/>
    public bool Poll() => true;

    /// <inheritdoc/>
    public void Wait()
    {
    }

    /// <inheritdoc/>
    public void Abort(string reason)
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
