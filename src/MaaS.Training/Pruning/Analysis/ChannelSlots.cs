namespace MaaS.Training.Pruning.Analysis;

/// <summary>
/// A slot is one position along one axis of one parameter. Slots that must be removed together are joined; slots that
/// must stay are pinned, with the reason.
/// </summary>
/// <remarks>Joined sets are a union-find forest (Tarjan 1975), with path halving.</remarks>
internal sealed class ChannelSlots
{
    private readonly List<int> _parents = [];
    private readonly List<SlotAxis> _axisOfSlot = [];
    private readonly List<SlotAxis> _axes = [];
    private readonly Dictionary<int, string> _reasons = [];
    private readonly HashSet<int> _consumed = [];

    /// <summary>Number of slots; they are numbered from 0.</summary>
    public int Count => _parents.Count;

    /// <summary>All axes, in the order they were added.</summary>
    public IReadOnlyList<SlotAxis> Axes => _axes;

    /// <summary>Adds a parameter's axes; gives the slots of each.</summary>
    public int[][] Add(string parameter, IReadOnlyList<long> shape)
        => [.. shape.Select((size, axis) => Add(new SlotAxis(parameter, axis, Count, checked((int)size))))];

    /// <summary>The axis that a slot is a position of.</summary>
    public SlotAxis AxisOf(int slot) => _axisOfSlot[slot];

    /// <summary>The number that stands for a slot's joined set.</summary>
    public int Find(int slot)
    {
        while (_parents[slot] != slot)
        {
            slot = _parents[slot] = _parents[_parents[slot]];
        }

        return slot;
    }

    /// <summary>Makes two slots go together.</summary>
    public void Join(int a, int b)
    {
        (a, b) = (Find(a), Find(b));
        if (a == b)
        {
            return;
        }

        _parents[b] = a;
        if (_reasons.Remove(b, out var reason))
        {
            _reasons.TryAdd(a, reason);
        }

        if (_consumed.Remove(b))
        {
            _consumed.Add(a);
        }
    }

    /// <summary>Keeps a slot, and all that go with it; the first reason counts.</summary>
    public void Pin(int slot, string reason) => _reasons.TryAdd(Find(slot), reason);

    /// <summary>Why a slot must stay; null where it may go.</summary>
    public string? PinReason(int slot) => _reasons.GetValueOrDefault(Find(slot));

    /// <summary>Notes that an operator sums over a slot's channel, so that the channel may end there.</summary>
    public void Consume(int slot) => _consumed.Add(Find(slot));

    /// <summary>Whether an operator sums over a slot's channel.</summary>
    public bool IsConsumed(int slot) => _consumed.Contains(Find(slot));

    private int[] Add(SlotAxis axis)
    {
        _axes.Add(axis);
        var slots = new int[axis.Count];
        for (var i = 0; i < slots.Length; i++)
        {
            slots[i] = _parents.Count;
            _parents.Add(slots[i]);
            _axisOfSlot.Add(axis);
        }

        return slots;
    }
}
