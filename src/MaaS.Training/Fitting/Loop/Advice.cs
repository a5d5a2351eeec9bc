namespace MaaS.Training.Fitting.Loop;

/// <summary>What helps a run whose numbers are not finite.</summary>
internal static class Advice
{
    public static string Of(double learningRate)
        => FormattableString.Invariant($"try a lower learning rate than {learningRate:g3}, ")
            + "gradient clipping (GradientClipNorm = 1), or check the inputs for NaN.";
}
