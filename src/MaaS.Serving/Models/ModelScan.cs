namespace MaaS.Serving.Models;

/// <summary>What one look into the models folder found.</summary>
/// <param name="Sources">Everything that can be loaded, in order of location.</param>
/// <param name="Labels">Version by label, by model.</param>
/// <param name="Unreadable">What looks like a model and cannot be read.</param>
internal sealed record ModelScan(
    IReadOnlyList<ModelSource> Sources,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, long>> Labels,
    IReadOnlyList<UnreadableSource> Unreadable);

/// <summary>Something that looks like a model and cannot be read.</summary>
/// <param name="Name">What its file or folder suggests.</param>
/// <param name="Location">Where it is.</param>
/// <param name="Cause">Why it cannot be read.</param>
/// <param name="Version">The version that it is of; null where it is the model as a whole.</param>
internal sealed record UnreadableSource(string Name, string Location, Exception Cause, long? Version = null);
