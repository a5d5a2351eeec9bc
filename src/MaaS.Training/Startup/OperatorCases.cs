namespace MaaS.Training.Startup;

/// <summary>The operators that were seen to fail on some processor, and their neighbours.</summary>
internal static class OperatorCases
{
    /// <summary>One of each kind that failed in every draw where anything failed.</summary>
    public static IReadOnlyList<OperatorCase> Canaries { get; } =
        [ConvolutionCases.InputGradients[0], RecurrentCases.WithoutGradient[0]];

    /// <summary>
    /// All of them, the canaries first. Convolutions' weight gradients come last: they were seen to write beyond their
    /// memory.
    /// </summary>
    public static IReadOnlyList<OperatorCase> All { get; } =
    [
        .. ConvolutionCases.InputGradients, .. RecurrentCases.WithoutGradient,
        .. LinearCases.All, .. RecurrentCases.WithGradient,
        .. ConvolutionCases.All,
    ];
}
