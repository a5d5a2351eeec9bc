using System.Globalization;
using MaaS.Serving.Execution;

namespace MaaS.Serving.Models;

/// <summary>What requests see of a model: immutable, replaced whole when something changes.</summary>
/// <param name="Name">The model.</param>
/// <param name="Slots">Versions that can answer, the oldest first; at least one.</param>
/// <param name="Labels">Where each label leads.</param>
/// <param name="Router">How requests are spread; null for the default.</param>
/// <param name="DefaultLabel">Label of the version that answers where none is named, and while it cannot answer no
/// other one does; null for the latest version.</param>
internal sealed record ModelView(
    string Name, ModelSlot[] Slots, IReadOnlyDictionary<string, long> Labels, TrafficRouter? Router,
    string? DefaultLabel = null)
{
    /// <summary>The version that a request shall have; null when it cannot answer.</summary>
    public ModelSlot? Choose(ModelReference reference, RequestContext context)
    {
        if ((reference.Version ?? reference.Label) is null)
        {
            return Router?.Choose(context, target => Find(target) is not null) is { } target ? Find(target)
                : DefaultLabel is null ? Slots[^1] : FindLabel(DefaultLabel);
        }

        return reference.Version is { } version ? FindVersion(version) : FindLabel(reference.Label!);
    }

    /// <summary>The version that a number or label names; null when it cannot answer.</summary>
    public ModelSlot? Find(string target) => FindVersion(target) ?? FindLabel(target);

    private ModelSlot? FindLabel(string label)
        => Labels.TryGetValue(label, out var version) ? FindVersion(version) : null;

    private ModelSlot? FindVersion(string text)
        => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? FindVersion(version) : null;

    private ModelSlot? FindVersion(long version)
    {
        foreach (var slot in Slots)
        {
            if (slot.Version == version)
            {
                return slot;
            }
        }

        return null;
    }
}
