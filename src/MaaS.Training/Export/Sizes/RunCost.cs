namespace MaaS.Training.Export.Sizes;

/// <summary>About how long a traced run takes, by counting: what a number of sizes may cost must not depend on how busy
/// the machine is.</summary>
/// <param name="Fixed">Nanoseconds that do not grow with the sizes: the operators themselves.</param>
/// <param name="Volume">Nanoseconds that grow with them: elements and products.</param>
internal readonly record struct RunCost(double Fixed, double Volume)
{
    /// <summary>The cost of a run whose axes are so many times as large in all.</summary>
    public double At(double ratio) => Fixed + (Volume * (ratio > 1 ? Math.Pow(ratio, 1.5) : ratio));
}
