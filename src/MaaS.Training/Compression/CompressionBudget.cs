namespace MaaS.Training.Compression;

/// <summary>What a compressed network must keep to.</summary>
public sealed record CompressionBudget
{
    // Accuracies are fractions of whole samples: what is beyond rounding is at least a sample.
    private const double Rounding = 1e-9;

    /// <summary>Accuracy that may be lost, 0 or more: 0.005 is half a point. Null for no limit. Default
    /// 0.005.</summary>
    public double? MaxAccuracyDrop { get; init; } = 0.005;

    /// <summary>How many times faster than the original it must be, above 0. Null for no limit, the default.</summary>
    public double? MinSpeedup { get; init; }

    /// <summary>Largest <c>.onnx</c> file in bytes, above 0. Null for no limit, the default.</summary>
    public long? MaxBytes { get; init; }

    /// <summary>As <c>at most 0.0050 of accuracy lost, at least 2.00 times as fast</c>.</summary>
    public override string ToString()
    {
        List<string> limits = [];
        if (MaxAccuracyDrop is { } drop)
        {
            limits.Add($"at most {drop:0.0000} of accuracy lost");
        }

        if (MinSpeedup is { } speedup)
        {
            limits.Add($"at least {speedup:0.00} times as fast");
        }

        if (MaxBytes is { } bytes)
        {
            limits.Add($"at most {bytes:n0} bytes");
        }

        return limits.Count > 0 ? string.Join(", ", limits) : "no limits";
    }

    /// <summary>
    /// The point to take: of those within all limits the fastest, or the most accurate where accuracy has no limit;
    /// null where none is within.
    /// </summary>
    /// <param name="points">The original first.</param>
    internal CompressionPoint? Choose(IReadOnlyList<CompressionPoint> points)
    {
        var within = points.Where(p => Excess(p, points[0]) == 0).ToArray();
        return MaxAccuracyDrop is null ? within.MaxBy(static p => p.Accuracy) : within.MinBy(static p => p.LatencyMs);
    }

    /// <summary>The point that exceeds the limits least.</summary>
    internal CompressionPoint Nearest(IReadOnlyList<CompressionPoint> points)
        => points.MinBy(p => Excess(p, points[0]))!;

    /// <summary>The faults among the limits.</summary>
    internal IEnumerable<string> Faults()
    {
        if (MaxAccuracyDrop is { } drop && drop is not (>= 0 and <= 1))
        {
            yield return $"MaxAccuracyDrop: expected 0 to 1, got {drop}";
        }

        if (MinSpeedup is { } speedup && !(speedup > 0 && double.IsFinite(speedup)))
        {
            yield return $"MinSpeedup: expected above 0, got {speedup}";
        }

        if (MaxBytes is < 1)
        {
            yield return $"MaxBytes: expected at least 1, got {MaxBytes}";
        }
    }

    // Each limit's excess as a share of the limit; a point of accuracy where the limit is less.
    private double Excess(CompressionPoint point, CompressionPoint original)
    {
        var excess = 0.0;
        if (MaxAccuracyDrop is { } drop)
        {
            excess += Math.Max(0, original.Accuracy - point.Accuracy - drop - Rounding) / Math.Max(drop, 0.01);
        }

        if (MinSpeedup is { } speedup)
        {
            excess += Math.Max(0, (speedup * point.LatencyMs / original.LatencyMs) - 1);
        }

        if (MaxBytes is { } bytes)
        {
            excess += Math.Max(0, ((double)point.Bytes / bytes) - 1);
        }

        return excess;
    }
}
