namespace MaaS.Serving.Models;

/// <summary>What requests see of all models: immutable, replaced whole when something changes.</summary>
/// <param name="Models">Those that can answer, by name.</param>
/// <param name="Failed">Those that were found and cannot answer: the name, and the version where it is known.</param>
/// <param name="IsReady">Whether all models of the start can answer.</param>
internal sealed record LifecycleView(
    Dictionary<string, ModelView> Models, IReadOnlyList<(string Name, string What)> Failed, bool IsReady)
{
    public static LifecycleView Empty { get; } = new(
        new Dictionary<string, ModelView>(StringComparer.Ordinal), [], IsReady: false);
}
