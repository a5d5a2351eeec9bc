using MaaS.Training.Tuning.Spaces;

namespace MaaS.Training.Tests.Tuning.Sampling;

/// <summary>Functions with known lowest values (Surjanovic and Bingham, Virtual Library of Simulation
/// Experiments).</summary>
internal static class TestFunctions
{
    public const double BraninLowest = 0.397887, Hartmann6Lowest = -3.32237;

    private static readonly double[] Alpha = [1.0, 1.2, 3.0, 3.2];

    private static readonly double[][] A =
    [
        [10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14],
    ];

    private static readonly double[][] P =
    [
        [1312, 1696, 5569, 124, 8283, 5886], [2329, 4135, 8307, 3736, 1004, 9991],
        [2348, 1451, 3522, 2883, 3047, 6650], [4047, 8828, 8732, 5743, 1091, 381],
    ];

    public static SearchSpace BraninSpace { get; } = new SearchSpace().Float("x", -5, 10).Float("y", 0, 15);

    public static SearchSpace Hartmann6Space { get; } = Enumerable.Range(1, 6).Aggregate(
        new SearchSpace(), static (space, i) => space.Float($"x{i}", 0, 1));

    public static double Branin(double x, double y)
    {
        var inner = y - (5.1 / (4 * Math.PI * Math.PI) * x * x) + (5 / Math.PI * x) - 6;
        return (inner * inner) + (10 * (1 - (1 / (8 * Math.PI))) * Math.Cos(x)) + 10;
    }

    public static double Hartmann6(params double[] x) => -Enumerable.Range(0, 4).Sum(
        i => Alpha[i] * Math.Exp(-Enumerable.Range(0, 6).Sum(j => A[i][j] * Math.Pow(x[j] - (1e-4 * P[i][j]), 2))));
}
