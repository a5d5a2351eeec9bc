using System.Globalization;

namespace MaaS.Training.Startup;

/// <summary>How far one result of an operator is from the same computation in float64.</summary>
/// <param name="Operator">The operator, such as conv1d.</param>
/// <param name="Shape">The shapes that it ran on.</param>
/// <param name="Result">Which result: output, or the gradient of an input or a weight.</param>
/// <param name="Error">
/// Largest difference, in parts of the largest exact value where that is above 1; NaN where the result has NaN.
/// </param>
/// <param name="Tolerance">The largest error that rounding explains.</param>
public sealed record OperatorError(string Operator, string Shape, string Result, double Error, double Tolerance)
{
    /// <summary>Whether the error is more than rounding.</summary>
    public bool IsWrong => !(Error <= Tolerance);

    /// <inheritdoc/>
    public override string ToString()
        => string.Create(
            CultureInfo.InvariantCulture,
            $"{Operator} {Shape}, {Result}: off by {Error:0.0e+0}, allowed {Tolerance:0.0e+0}");
}
