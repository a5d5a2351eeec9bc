namespace MaaS.Tabular.Features;

/// <summary>How numbers become bins.</summary>
public sealed record BinOptions
{
    /// <summary>Bins of a number, 2 or more; fewer where quantiles fall together.</summary>
    public int Count { get; init; } = 5;

    /// <summary>Whether all bins are equally wide; otherwise they hold equally many training rows.</summary>
    public bool Uniform { get; init; }

    /// <summary>Whether each bin is a feature, 1 or 0; otherwise the place of the bin is one.</summary>
    public bool OneHot { get; init; } = true;
}
