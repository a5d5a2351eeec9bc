using System.Diagnostics;
using MaaS.Training.Interop;
using MaaS.Training.Pruning.Analysis;
using MaaS.Training.Pruning.Surgery;

namespace MaaS.Training.Pruning.Structured;

/// <summary>What a module costs, counted from its trace or measured.</summary>
internal sealed class ModuleCost(TracedModule module, DependencyAnalysis analysis)
{
    private const int Runs = 10;

    /// <summary>Elements of all parameters (buffers do not count) once slots are removed.</summary>
    public long Parameters(IReadOnlyList<bool> removed)
    {
        var axes = analysis.Slots.Axes.ToLookup(static axis => axis.Parameter);
        var parameters = module.Module.named_parameters().Select(static p => p.name).ToHashSet();
        return module.State.Where(s => parameters.Contains(s.Name))
            .Sum(s => axes[s.Name].Aggregate(1L, (product, axis) => product * DependencyAnalysis.Size(axis, removed)));
    }

    /// <summary>Multiply–accumulates of a run once slots are removed.</summary>
    public long Macs(IReadOnlyList<bool> removed) => analysis.Macs(removed);

    /// <summary>
    /// Milliseconds of the fastest of several runs of the module as it is; what else runs only makes some slower.
    /// </summary>
    public double Milliseconds()
    {
        using var mode = new EvaluationMode(module.Module);
        return Enumerable.Range(0, Runs).Min(_ => Time());
    }

    /// <summary>Time of a run once slots are removed, as a share of the time as it is; measured in turns.</summary>
    public double RelativeTime(IReadOnlyList<bool> removed)
    {
        using var mode = new EvaluationMode(module.Module);
        var (before, after) = (double.PositiveInfinity, double.PositiveInfinity);
        for (var i = 0; i < Runs; i++)
        {
            before = Math.Min(before, Time());
            using var removal = ChannelRemoval.Apply(module, analysis.Slots, removed);
            try
            {
                after = Math.Min(after, Time());
            }
            finally
            {
                removal.Undo();
            }
        }

        return after / before;
    }

    // The second of two runs: the first pays for memory and plans.
    private double Time()
    {
        module.Run();
        var start = Stopwatch.GetTimestamp();
        module.Run();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
