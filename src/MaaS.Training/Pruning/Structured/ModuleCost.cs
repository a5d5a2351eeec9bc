using System.Diagnostics;
using MaaS.Training.Export;
using MaaS.Training.Pruning.Analysis;

namespace MaaS.Training.Pruning.Structured;

/// <summary>What a module costs, counted from its trace or measured.</summary>
internal sealed class ModuleCost(TracedModule module, DependencyAnalysis analysis)
{
    private const int WarmUps = 3, Runs = 15;

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

    /// <summary>Milliseconds of the fastest of several runs of the module as it is; what else runs only makes some slower.</summary>
    public double Milliseconds()
    {
        using var mode = new EvaluationMode(module.Module);
        var fastest = double.PositiveInfinity;
        for (var i = 0; i < WarmUps + Runs; i++)
        {
            var start = Stopwatch.GetTimestamp();
            module.Run();
            if (i >= WarmUps)
            {
                fastest = Math.Min(fastest, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        return fastest;
    }
}
