using MaaS.Training.Pruning.Analysis;
using static TorchSharp.torch;

namespace MaaS.Training.Pruning.Criteria;

/// <summary>The weights that a group's channels run through, and where each unit stands in them.</summary>
public sealed class ChannelWeights
{
    private readonly List<ChannelWeight> _weights = [];

    internal ChannelWeights(TracedModule module, DependencyAnalysis analysis, ChannelGroup group)
    {
        Group = group;
        var tensors = module.State.ToDictionary(static s => s.Name, static s => s.Tensor);
        var norms = module.Module.named_modules().Where(static m => m.module is TorchSharp.Modules.NormBase)
            .Select(static m => m.name).ToHashSet();
        var axes = group.ChannelUnits.SelectMany(static u => u.Slots).Select(analysis.Slots.AxisOf).Distinct();
        foreach (var axis in axes.Where(axis => tensors[axis.Parameter].requires_grad))
        {
            int[][] positions = [.. group.ChannelUnits.Select(unit => unit.Slots
                .Where(slot => analysis.Slots.AxisOf(slot) == axis).Select(slot => slot - axis.First).ToArray())];
            _weights.Add(new ChannelWeight(
                axis.Parameter, tensors[axis.Parameter], axis.Axis, norms.Contains(axis.Layer), positions));
        }
    }

    /// <summary>The group.</summary>
    public ChannelGroup Group { get; }

    /// <summary>Every trainable parameter that has the group's channels along one of its axes.</summary>
    public IReadOnlyList<ChannelWeight> Weights => _weights;

    /// <summary>
    /// Sums a number of each element over each unit, weight by weight; each weight's sums are transformed, divided by
    /// their mean, and averaged over the weights that hold the unit.
    /// </summary>
    /// <param name="chosen">Which weights count.</param>
    /// <param name="importance">Numbers of a weight's elements, of its shape, 0 or more; it runs in a dispose
    /// scope.</param>
    /// <param name="transform">Applied to each unit's sum.</param>
    /// <returns>One score a unit; null where no weight counts for some unit.</returns>
    /// <remarks>Fang et al. 2023, section 3.3: the sum of normalised norms over a group.</remarks>
    public IReadOnlyList<double>? Score(
        Func<ChannelWeight, bool> chosen, Func<ChannelWeight, Tensor> importance, Func<double, double> transform)
    {
        ArgumentNullException.ThrowIfNull(chosen);
        ArgumentNullException.ThrowIfNull(importance);
        ArgumentNullException.ThrowIfNull(transform);
        var scores = new double[Group.Units];
        var counts = new int[Group.Units];
        foreach (var weight in _weights.Where(chosen))
        {
            var sums = Sums(weight, importance).Select(transform).ToArray();
            // Layers may read some of the units only.
            var holders = Enumerable.Range(0, scores.Length).Where(unit => weight.Positions[unit].Length > 0).ToArray();
            var mean = holders.Average(unit => sums[unit]);
            foreach (var unit in holders)
            {
                scores[unit] += mean == 0 ? 1 : sums[unit] / mean;
                counts[unit]++;
            }
        }

        return counts.Contains(0) ? null : [.. scores.Zip(counts, static (score, count) => score / count)];
    }

    private static IEnumerable<double> Sums(ChannelWeight weight, Func<ChannelWeight, Tensor> importance)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var values = importance(weight).to(ScalarType.Float64);
        long[] others =
            [.. Enumerable.Range(0, (int)values.dim()).Where(axis => axis != weight.Axis)
                .Select(static axis => (long)axis)];
        var perPosition = (others.Length == 0 ? values : values.sum(others)).cpu().data<double>().ToArray();
        return [.. weight.Positions.Select(positions => positions.Sum(position => perPosition[position]))];
    }
}
