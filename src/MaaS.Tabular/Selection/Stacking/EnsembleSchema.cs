using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Selection.Stacking;

/// <summary>The columns that several models use.</summary>
internal static class EnsembleSchema
{
    /// <summary>Every column once, in the order in which models name them.</summary>
    public static TableSchema Of(IEnumerable<ITabularPredictor> members) => new(
        [.. members.SelectMany(static m => m.Schema.Columns).DistinctBy(static c => c.Name, StringComparer.Ordinal)]);
}
