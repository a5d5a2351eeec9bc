using MaaS.Training.Pruning.Criteria;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Training.Pruning;

/// <summary>How to remove channels.</summary>
public sealed record ChannelPruningOptions
{
    /// <summary>How far to go.</summary>
    public PruningGoal Goal { get; init; } = PruningGoal.Channels(0.5);

    /// <summary>Which channels matter.</summary>
    public IChannelCriterion Criterion { get; init; } = new L2Criterion();

    /// <summary>Whether groups lose the same share or compete.</summary>
    public PruningScope Scope { get; init; } = PruningScope.Local;

    /// <summary>Keep a multiple of so many channels in each group, at least 1; 4 or 8 suits vector units.</summary>
    public int RoundTo { get; init; } = 1;

    /// <summary>The largest share that a group may lose, 0 to below 1.</summary>
    public double MaxRatio { get; init; } = 0.95;

    /// <summary>Modules whose output channels stay, with all modules below them; their inputs may still
    /// shrink.</summary>
    public IReadOnlyCollection<string> Ignore { get; init; } = [];

    /// <summary>Shares to remove, by module: for the groups of its layers instead of the goal's; 0 to below
    /// 1.</summary>
    public IReadOnlyDictionary<string, double> Ratios { get; init; } = new Dictionary<string, double>();

    /// <summary>
    /// In how many steps, at least 1; each removes the same share of what is left, scores anew, and is followed by
    /// fine-tuning where that is given.
    /// </summary>
    public int Steps { get; init; } = 1;

    /// <summary>
    /// Measures the module, higher is better (accuracy, say): before, after pruning and after fine-tuning; null to not
    /// measure.
    /// </summary>
    public Func<double>? Evaluate { get; init; }

    /// <summary>
    /// An optimizer of the module's parameters that goes on after pruning: its state (moments, momentum buffers) loses
    /// the same channels and keeps the rest. Null where there is none; one that is not named here must be made anew.
    /// </summary>
    public optim.Optimizer? Optimizer { get; init; }

    internal OptimizerHelper? Followed => (OptimizerHelper?)Optimizer;

    /// <summary>Checks every range.</summary>
    /// <exception cref="ArgumentException">At least one value is out of its range; the message names all of
    /// them.</exception>
    public void Validate()
    {
        List<string> failures = [];
        if (RoundTo < 1)
        {
            failures.Add($"RoundTo: expected at least 1, got {RoundTo}");
        }

        if (MaxRatio is not (>= 0 and < 1))
        {
            failures.Add($"MaxRatio: expected 0 to below 1, got {MaxRatio}");
        }

        if (Steps < 1)
        {
            failures.Add($"Steps: expected at least 1, got {Steps}");
        }

        if (Optimizer is not (null or OptimizerHelper))
        {
            failures.Add(
                $"Optimizer: expected one that keeps a state for each parameter, got {Optimizer.GetType().Name}; make "
                    + "a new one after pruning");
        }

        failures.AddRange(Ratios.Where(static r => r.Value is not (>= 0 and < 1))
            .Select(static r => $"Ratios['{r.Key}']: expected 0 to below 1, got {r.Value}"));
        if (failures.Count > 0)
        {
            throw new ArgumentException($"ChannelPruningOptions: {string.Join("; ", failures)}.");
        }
    }
}
