using MaaS.Registry.Versions;
using MaaS.Serving.Security;

namespace MaaS.Serving.Catalogue;

/// <summary>A version as the catalogue shows it.</summary>
/// <param name="Version">What the registry has.</param>
/// <param name="Downloads">How often its files were downloaded, by everybody.</param>
/// <param name="Use">Requests to it since this server started; null where there were none.</param>
/// <param name="IsServed">Whether this server answers requests to it.</param>
internal sealed record CatalogueEntry(ModelVersion Version, long Downloads, VersionUse? Use, bool IsServed)
{
    /// <summary>The tag with the account that has published a version.</summary>
    public const string PublisherTag = "publisher";

    private static readonly string[] LicenceTags = ["licence", "license"];

    /// <summary>The model.</summary>
    public string Name => Version.Name;

    /// <summary>What it is for; null where its package does not say.</summary>
    public string? Task => Version.Manifest.Task;

    /// <summary>The value of the tag <c>licence</c> or <c>license</c>; null for neither.</summary>
    public string? Licence => LicenceTags.Select(t => Version.Tags.GetValueOrDefault(t)).FirstOrDefault(
        static t => t is not null);

    /// <summary>Scores of the evaluation that are numbers.</summary>
    public IEnumerable<KeyValuePair<string, double>> Metrics
        => Version.Manifest.Metrics?.Where(static m => double.IsFinite(m.Value)) ?? [];

    /// <summary>The first paragraph of the card; null where there is none.</summary>
    public string? Summary => Version.Description is { } card ? ModelCard.Summary(card) : null;

    /// <summary>Whether an account has brought a version here.</summary>
    public static bool IsOf(ModelVersion version, Caller caller)
        => caller.Name.Length > 0 && version.Tags.GetValueOrDefault(PublisherTag) == caller.Account;

    /// <summary>Whether a version was published: it is in a stage, or an alias points to it.</summary>
    public static bool IsPublished(ModelVersion version)
        => version.Stage != ModelStage.None || version.Aliases.Count > 0;
}
