using MaaS.Training.Interop;

namespace MaaS.Training.Pruning.Structured;

/// <summary>Chooses the units to remove for a share.</summary>
internal sealed class UnitSelection(IReadOnlyList<UnitScores> groups, ChannelPruningOptions options, int slots)
{
    private const double Slack = 1e-9;   // 0.7 of 10 units is 7, whatever the binary fraction says

    /// <summary>The slots that go.</summary>
    /// <param name="ratio">Share of the units before the first step to remove in all, 0–1.</param>
    /// <param name="progress">Share of the way: 1 in the last step. It applies to
    /// <see cref="ChannelPruningOptions.Ratios"/>.</param>
    public bool[] Choose(double ratio, double progress)
    {
        var removed = new bool[slots];
        var counts = options.Scope == PruningScope.Global ? Ranked(ratio) : [.. groups.Select(g => g.Original * ratio)];
        for (var i = 0; i < groups.Count; i++)
        {
            var group = groups[i];
            var wanted = Own(group.Group) is { } own
                ? group.Original * (1 - Math.Pow(1 - own, progress))
                : counts[i];
            foreach (var unit in group.Order.Take(group.Group.Units - Kept(group, wanted)))
            {
                foreach (var slot in group.Group.ChannelUnits[unit].Slots)
                {
                    removed[slot] = true;
                }
            }
        }

        return removed;
    }

    // Units to keep: a multiple in channels, rounded up, so that never more goes than was asked for, and never all.
    private int Kept(UnitScores group, double wanted)
    {
        var step = options.RoundTo / Gcd(options.RoundTo, group.Group.UnitSize);
        var least = group.Original * Math.Max(1 - options.MaxRatio, group.Original == 0 ? 0 : 1.0 / group.Original);
        var keep = Math.Max(group.Original - wanted, least);
        var rounded = (int)(Math.Ceiling((keep / step) - Slack) * step);
        return Math.Clamp(rounded, 1, Math.Max(1, group.Group.Units));
    }

    // Units to remove by group when all compete: those whose score is among the lowest anywhere.
    private double[] Ranked(double ratio)
    {
        var candidates = groups
            .SelectMany((g, i) => Own(g.Group) is null ? g.Values.Select(value => (value, i)) : []).ToArray();
        var gone = groups.Where(g => Own(g.Group) is null && g.Order.Length > 0)
            .Sum(static g => g.Original - g.Group.Units);
        var count = (int)(((candidates.Length + gone) * ratio) - gone + Slack);
        var counts = groups.Select(static g => (double)(g.Original - g.Group.Units)).ToArray();
        foreach (var (_, group) in candidates.OrderBy(static c => c.value).Take(Math.Max(0, count)))
        {
            counts[group]++;
        }

        return counts;
    }

    private double? Own(ChannelGroup group)
    {
        foreach (var (module, ratio) in options.Ratios)
        {
            if (group.Layers.Any(layer => ModuleNames.IsBelow(layer, module)))
            {
                return ratio;
            }
        }

        return null;
    }

    private static int Gcd(int a, int b) => b == 0 ? a : Gcd(b, a % b);
}
