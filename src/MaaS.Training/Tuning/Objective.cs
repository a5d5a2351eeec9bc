namespace MaaS.Training.Tuning;

/// <summary>What a study makes better.</summary>
/// <param name="Name">As <c>accuracy</c> or <c>milliseconds</c>.</param>
/// <param name="Direction">Which way is better.</param>
public sealed record Objective(string Name, Direction Direction)
{
    /// <summary>The value so that lower is better.</summary>
    internal double Loss(double value) => Direction == Direction.Minimize ? value : -value;

    /// <summary>As <c>minimize loss</c>.</summary>
    public override string ToString() => $"{Direction.ToString().ToLowerInvariant()} {Name}";
}
