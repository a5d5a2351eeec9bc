namespace MaaS.Training.Pruning.Analysis;

/// <summary>Gathers joined slots into units and units into groups.</summary>
internal static class ChannelGroups
{
    /// <summary>The groups, in the order of their first layer; and the layers whose channels stay.</summary>
    public static IReadOnlyList<ChannelGroup> Find(
        ChannelSlots slots, IReadOnlyDictionary<string, string> pinned, out IReadOnlyList<FixedLayer> fixedLayers)
    {
        var reasons = new Dictionary<SlotAxis, string>();
        var groups = new Dictionary<string, (List<SlotAxis> Axes, List<ChannelUnit> Units)>();
        foreach (var members in Sets(slots))
        {
            List<SlotAxis> produced =
                [.. members.Select(slots.AxisOf).Where(static a => a.Role.HasFlag(SlotRole.Produces)).Distinct()];
            if (produced.Count == 0)
            {
                continue;
            }

            if (Reason(slots, members[0], produced, pinned) is { } reason)
            {
                foreach (var axis in produced)
                {
                    reasons.TryAdd(axis, reason);
                }

                continue;
            }

            var key = string.Join('|', produced.Select(static axis => $"{axis.Parameter}:{axis.Axis}"));
            if (!groups.TryGetValue(key, out var group))
            {
                groups[key] = group = (produced, []);
            }

            group.Units.Add(new ChannelUnit([.. members]));
        }

        fixedLayers =
        [
            .. reasons.OrderBy(static r => r.Key.First)
                .Select(static r => new FixedLayer(r.Key.Layer, r.Key.Parameter, r.Value)),
        ];
        return Name(slots, groups.Values);
    }

    private static string? Reason(
        ChannelSlots slots, int slot, IReadOnlyList<SlotAxis> produced, IReadOnlyDictionary<string, string> pinned)
    {
        foreach (var axis in produced)
        {
            if (pinned.TryGetValue(axis.Layer, out var why))
            {
                return why;
            }
        }

        return slots.PinReason(slot) ?? (slots.IsConsumed(slot) ? null : "no layer reads them");
    }

    private static Dictionary<int, List<int>>.ValueCollection Sets(ChannelSlots slots)
    {
        var sets = new Dictionary<int, List<int>>();
        for (var slot = 0; slot < slots.Count; slot++)
        {
            var root = slots.Find(slot);
            if (!sets.TryGetValue(root, out var members))
            {
                sets[root] = members = [];
            }

            members.Add(slot);
        }

        return sets.Values;
    }

    private static List<ChannelGroup> Name(
        ChannelSlots slots, IEnumerable<(List<SlotAxis> Axes, List<ChannelUnit> Units)> groups)
    {
        List<ChannelGroup> result = [];
        var taken = new Dictionary<string, int>();
        foreach (var (axes, units) in groups.OrderBy(static g => g.Axes[0].First)
            .ThenBy(static g => g.Units[0].Slots[0]))
        {
            var name = axes[0].Layer;
            var number = taken[name] = taken.GetValueOrDefault(name) + 1;
            var consumers = units.SelectMany(static u => u.Slots).Select(slots.AxisOf)
                .Where(static a => a.Role.HasFlag(SlotRole.Consumes)).Select(static a => a.Layer).Distinct();
            result.Add(new ChannelGroup(
                number == 1 ? name : $"{name}#{number}", [.. axes.Select(static a => a.Layer).Distinct()],
                [.. consumers], units,
                units[0].Slots.Count(slot => slots.AxisOf(slot) == axes[0])));
        }

        return result;
    }
}
