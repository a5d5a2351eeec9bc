namespace MaaS.Training.Export.Lowering;

/// <summary>The families of lowerings that make up <see cref="LoweringRegistry.Default"/>.</summary>
internal static class LoweringFamilies
{
    public static IReadOnlyList<(string Name, IReadOnlyDictionary<string, OperatorLowering> Lowerings)> All =>
    [
        ("Activations and dropout", ActivationLowerings.All),
        ("Arithmetic", ArithmeticLowerings.All),
        ("Comparison and logic", ComparisonLowerings.All),
        ("Creation and casts", CreationLowerings.All),
        ("Shapes and views", ViewLowerings.All),
        ("Joining, splitting, slicing", JoiningLowerings.All),
        ("Indexing", IndexingLowerings.All),
        ("Reductions and sorting", ReductionLowerings.All),
        ("Order and places", OrderLowerings.All),
        ("Linear layers and products", LinearLowerings.All),
        ("Attention, einsum, distances", AttentionLowerings.All),
        ("Convolution", ConvolutionLowerings.All),
        ("Pooling", PoolingLowerings.All),
        ("Normalisation", NormalizationLowerings.All),
        ("Recurrent layers", RecurrentLowerings.All),
        ("Images", ImageLowerings.All),
        ("Sliding windows", SlidingWindowLowerings.All),
    ];
}
