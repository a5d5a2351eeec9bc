using MaaS.Training.Interop;
using MaaS.Training.Pruning.Surgery;

namespace MaaS.Training.Pruning.Analysis;

/// <summary>
/// Finds the groups that can really shrink: removes one unit of each, runs the module, compares every shape with what
/// the analysis expects, and puts the unit back.
/// </summary>
/// <remarks>
/// A trace cannot tell a number of channels that forward reads from a tensor from one that is written down; running it
/// with fewer channels can.
/// </remarks>
internal sealed class GroupProbe(TracedModule module, CancellationToken cancellationToken)
{
    /// <summary>Analyses the module as it is.</summary>
    /// <param name="ignored">By layer: why its output channels stay.</param>
    public DependencyAnalysis Analyze(IReadOnlyDictionary<string, string> ignored)
    {
        var program = module.Trace();
        var shapes = module.Shapes;
        var pinned = new Dictionary<string, string>(ignored);
        var choices = new Dictionary<int, int>();
        DependencyAnalysis Run(Dictionary<int, int> tried)
            => DependencyAnalysis.Run(program, module.InputCount, shapes, tried, pinned);
        while (true)
        {
            var analysis = Run(choices);
            if (Failure(analysis, analysis.Groups) is null
                || FirstFailure(analysis) is not var (group, accepted, reason))
            {
                return analysis;
            }

            if (OtherChoices(analysis, group, choices, Run, accepted) is { } better)
            {
                choices = better;
                continue;
            }

            foreach (var layer in group.Layers)
            {
                pinned[layer] = reason;
            }
        }
    }

    // Adds groups one by one to those that work, up to the first that does not.
    private (ChannelGroup Group, IReadOnlyList<ChannelGroup> Accepted, string Reason)? FirstFailure(
        DependencyAnalysis analysis)
    {
        List<ChannelGroup> accepted = [];
        foreach (var group in analysis.Groups)
        {
            if (Failure(analysis, [.. accepted, group]) is { } reason)
            {
                return (group, accepted, reason);
            }

            accepted.Add(group);
        }

        return null;
    }

    // Lets another part of the axes that the group's reshapes split carry the channels, where forward works that way.
    private Dictionary<int, int>? OtherChoices(
        DependencyAnalysis analysis, ChannelGroup group, Dictionary<int, int> choices,
        Func<Dictionary<int, int>, DependencyAnalysis> run, IReadOnlyList<ChannelGroup> accepted)
    {
        var split = Reshapes(analysis, group).Where(op => analysis.Operators[op].ReshapeChoices > 1).ToArray();
        var most = split.Length == 0 ? 0 : split.Max(op => analysis.Operators[op].ReshapeChoices);
        for (var choice = 1; choice < most; choice++)
        {
            var tried = new Dictionary<int, int>(choices);
            foreach (var op in split)
            {
                tried[op] = choice;
            }

            var trial = run(tried);
            var kept = trial.Groups.Where(g => accepted.Any(a => a.Name == g.Name));
            var changed = trial.Groups.Where(g => g.Layers.Intersect(group.Layers).Any()).ToArray();
            if (changed.Length > 0 && Failure(trial, [.. kept, .. changed]) is null)
            {
                return tried;
            }
        }

        return null;
    }

    private string? Failure(DependencyAnalysis analysis, IReadOnlyList<ChannelGroup> groups)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var removed = new bool[analysis.Slots.Count];
        foreach (var slot in groups.Where(static g => g.Units > 1).SelectMany(static g => g.ChannelUnits[^1].Slots))
        {
            removed[slot] = true;
        }

        using var removal = ChannelRemoval.Apply(module, analysis.Slots, removed);
        try
        {
            return TraceComparison.FirstDifference(analysis, removed, module.Trace());
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // Whatever a forward function throws with fewer channels, the channels must stay.
            return $"forward fails with fewer of them{Suspect(analysis, groups)}: {TorchError.Reason(error)}";
        }
        finally
        {
            removal.Undo();
        }
    }

    private static string Suspect(DependencyAnalysis analysis, IReadOnlyList<ChannelGroup> groups)
    {
        // The reshape that splits the channels without −1, if there is one; else the last, which merges them.
        int[] reshapes = [.. Reshapes(analysis, groups[^1])];
        int? index = reshapes.Where(op => analysis.Operators[op].ReshapeChoices > 1).Concat(reshapes.Reverse())
            .Cast<int?>().FirstOrDefault();
        return index is { } op
            ? $"; {analysis.Operators[op].Place} may name their number (write -1, or read the size from the tensor)"
            : "";
    }

    // Positions of the reshapes that the group's channels go through.
    private static IEnumerable<int> Reshapes(DependencyAnalysis analysis, ChannelGroup group)
    {
        var slots = group.ChannelUnits.SelectMany(static u => u.Slots).ToHashSet();
        return Enumerable.Range(0, analysis.Operators.Count).Where(i =>
            analysis.Operators[i].Name is "aten::view" or "aten::reshape" or "aten::unflatten" or "aten::_unsafe_view"
            && analysis.Operators[i].Results.Any(
                result => result.Axes.Any(axis => axis?.Any(slots.Contains) ?? false)));
    }
}
