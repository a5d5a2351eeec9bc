namespace MaaS.Training.Export.Lowering;

/// <summary>The families of lowerings that make up <see cref="LoweringRegistry.Default"/>.</summary>
internal static class LoweringFamilies
{
    public static IReadOnlyList<IReadOnlyDictionary<string, OperatorLowering>> All =>
    [
        ActivationLowerings.All,
        ArithmeticLowerings.All,
        AttentionLowerings.All,
        ComparisonLowerings.All,
        ConvolutionLowerings.All,
        CreationLowerings.All,
        ImageLowerings.All,
        IndexingLowerings.All,
        JoiningLowerings.All,
        LinearLowerings.All,
        NormalizationLowerings.All,
        PoolingLowerings.All,
        RecurrentLowerings.All,
        ReductionLowerings.All,
        ViewLowerings.All,
    ];
}
