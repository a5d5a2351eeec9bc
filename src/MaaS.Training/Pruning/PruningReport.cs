using System.Text;

namespace MaaS.Training.Pruning;

/// <summary>What pruning channels did.</summary>
/// <param name="Criterion">Name of the criterion.</param>
/// <param name="Before">The module before.</param>
/// <param name="Pruned">The module after the last step, before its fine-tuning.</param>
/// <param name="FineTuned">The module after fine-tuning; null where there was none.</param>
/// <param name="Groups">What became of each group.</param>
/// <param name="Fixed">Layers some or all of whose channels stayed, and why.</param>
public sealed record PruningReport(
    string Criterion, ModuleFigures Before, ModuleFigures Pruned, ModuleFigures? FineTuned,
    IReadOnlyList<GroupChange> Groups,
    IReadOnlyList<FixedLayer> Fixed)
{
    /// <summary>The module as it is now.</summary>
    public ModuleFigures Final => FineTuned ?? Pruned;

    /// <summary>Tables for people.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine($"Channel pruning by {Criterion}");
        text.AppendLine($"{"",-14}{"parameters",14}{"MACs",16}{"ms",10}{"score",10}");
        Row(text, "before", Before);
        Row(text, "pruned", Pruned);
        if (FineTuned is not null)
        {
            Row(text, "fine-tuned", FineTuned);
        }

        text.AppendLine();
        foreach (var group in Groups)
        {
            var size = group.UnitSize == 1 ? "" : $" × {group.UnitSize}";
            text.AppendLine($"{group.Name}: {group.Before}{size} -> {group.After}{size}"
                + (group.Layers.Count > 1 ? $" (with {string.Join(", ", group.Layers.Skip(1))})" : ""));
        }

        foreach (var layer in Fixed)
        {
            text.AppendLine($"{layer.Layer}: channels stay; {layer.Reason}");
        }

        return text.ToString();
    }

    private static void Row(StringBuilder text, string name, ModuleFigures figures)
        => text.AppendLine(
            $"{name,-14}{figures.Parameters,14:n0}{figures.Macs,16:n0}"
                + $"{figures.Milliseconds,10:f3}{figures.Score,10:f4}");
}
