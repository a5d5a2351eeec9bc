using System.Data.Common;
using System.Globalization;
using MaaS.Core.Packages;
using MaaS.Registry.Access;
using MaaS.Registry.Versions;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Faults;
using MaaS.Serving.Http;
using MaaS.Serving.Models;
using MaaS.Serving.Registry;
using MaaS.Serving.Security;
using MaaS.Serving.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MaaS.Serving.Catalogue;

/// <summary>The registry as the caller of a request may see it: their models, of these the published versions and
/// their own, and for callers with the scope <c>admin</c> the others as well.</summary>
internal sealed partial class CatalogueSource(
    RegistryConnection registry, ModelRepository repository, MetricStore metrics, ILogger<CatalogueSource> logger)
{
    private Snapshot? _snapshot;

    /// <summary>Of each model the version in production, else the newest; in order of names.</summary>
    public async Task<IReadOnlyList<CatalogueEntry>> ModelsAsync(HttpContext context)
    {
        var caller = EndpointGuard.Of(context);
        var snapshot = await SnapshotAsync(context.RequestAborted).ConfigureAwait(false);
        return await EntriesAsync(
            context,
            snapshot.Models.Where(m => caller.MayUse(m.Key))
                .Select(m => Default(Visible(caller, m.Value))).OfType<ModelVersion>()).ConfigureAwait(false);
    }

    /// <summary>The versions of the model that the address names, the newest first.</summary>
    /// <exception cref="RequestException">404: there is none.</exception>
    public async Task<IReadOnlyList<CatalogueEntry>> VersionsAsync(HttpContext context)
        => await EntriesAsync(context, (await SeenAsync(context).ConfigureAwait(false)).Reverse())
            .ConfigureAwait(false);

    /// <summary>The version that the address names; without one, that in production, else the newest.</summary>
    /// <exception cref="RequestException">404: there is none.</exception>
    public async Task<CatalogueEntry> FindAsync(HttpContext context)
    {
        var seen = await SeenAsync(context).ConfigureAwait(false);
        var version = context.Route("version") is not { } text ? Default(seen)
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? seen.FirstOrDefault(v => v.Version == number)
                : throw RequestException.BadRequest($"version: expected a whole number, got '{text}'");
        return (await EntriesAsync(
            context,
            [
                version ?? throw RequestException.NotFound(
                    $"model '{context.Route("name")}': expected a version of the catalogue, got "
                        + $"'{context.Route("version")}'"),
            ]).ConfigureAwait(false))[0];
    }

    /// <summary>What was done to the model that the address names, as far as the caller sees its versions, the newest
    /// first.</summary>
    public async Task<IReadOnlyList<HistoryEntry>> HistoryAsync(HttpContext context)
    {
        var name = NameOf(context);
        var seen = (await SeenAsync(context).ConfigureAwait(false)).Select(static v => v.Version).ToHashSet();
        var history = await TryAsync(
            async () => await (await registry.ModelsAsync(context.RequestAborted).ConfigureAwait(false))
                .HistoryAsync(name, context.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
        var isAdmin = EndpointGuard.Of(context).Has(ServingScope.Admin);
        return
        [
            .. history.Where(h => isAdmin || h.Version is not { } version || seen.Contains(version))
                .Select(h => !isAdmin && h.Previous is { } previous && !seen.Contains(previous)
                    ? h with { Previous = null } : h).Reverse(),
        ];
    }

    /// <summary>Who asked for what; see <see cref="AccessStore.ListAsync"/>.</summary>
    public Task<IReadOnlyList<AccessRequest>> AccessAsync(
        string? model, string? who, CancellationToken cancellationToken)
        => TryAsync(
            async () => await (await registry.AccessAsync(cancellationToken).ConfigureAwait(false))
                .ListAsync(model, who, cancellationToken).ConfigureAwait(false));

    /// <summary>Works on the registry; one that does not answer is a fault that a later try may not meet.</summary>
    /// <exception cref="RequestException">503: the registry does not answer.</exception>
    public async Task<T> TryAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception e) when (e is DbException or IOException && e is not FileNotFoundException)
        {
            LogAway(e);
            throw new RequestException(
                FaultKind.Unavailable, "the registry does not answer; the server's log has the cause");
        }
    }

    /// <summary>The model that the address names.</summary>
    /// <exception cref="RequestException">400: no model can have that name.</exception>
    public static string NameOf(HttpContext context)
        => context.Route("name") is { } name && ModelNames.IsValid(name) ? name
            : throw RequestException.BadRequest($"expected as name {ModelNames.Rule}, got '{context.Route("name")}'");

    private static IReadOnlyList<ModelVersion> Visible(Caller caller, IReadOnlyList<ModelVersion> versions)
        => caller.Has(ServingScope.Admin) ? versions
            : [.. versions.Where(v => CatalogueEntry.IsPublished(v) || CatalogueEntry.IsOf(v, caller))];

    private static ModelVersion? Default(IReadOnlyList<ModelVersion> versions)
        => versions.FirstOrDefault(static v => v.Stage == ModelStage.Production)
            ?? (versions is [.., var newest] ? newest : null);

    private async Task<IReadOnlyList<ModelVersion>> SeenAsync(HttpContext context)
    {
        var name = NameOf(context);
        var snapshot = await SnapshotAsync(context.RequestAborted).ConfigureAwait(false);
        return snapshot.Models.TryGetValue(name, out var versions)
            && Visible(EndpointGuard.Of(context), versions) is { Count: > 0 } seen
            ? seen : throw RequestException.NotFound($"expected a model of the catalogue, got '{name}'");
    }

    private async Task<IReadOnlyList<CatalogueEntry>> EntriesAsync(
        HttpContext context, IEnumerable<ModelVersion> versions)
    {
        var downloads = await TryAsync(
            async () => await (await registry.AccessAsync(context.RequestAborted).ConfigureAwait(false))
                .DownloadsAsync(context.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
        var uses = VersionUse.ReadAll(metrics);
        var served = new ModelAccess(repository, context).Index().Where(static s => s.IsServable)
            .Select(static s => (s.Name, s.Version)).ToHashSet();
        return
        [
            .. versions.Select(v => new CatalogueEntry(
                v, downloads.GetValueOrDefault((v.Name, v.Version)), uses.GetValueOrDefault((v.Name, v.Version)),
                served.Contains((v.Name, v.Version)))),
        ];
    }

    // The revision is asked for first: what changes while the rest is read makes the next look read again.
    private Task<Snapshot> SnapshotAsync(CancellationToken cancellationToken)
        => TryAsync(
            async () =>
            {
                var store = await registry.ModelsAsync(cancellationToken).ConfigureAwait(false);
                var revision = await store.RevisionAsync(cancellationToken).ConfigureAwait(false);
                if (_snapshot is { } known && known.Revision == revision)
                {
                    return known;
                }

                SortedDictionary<string, IReadOnlyList<ModelVersion>> models = new(StringComparer.Ordinal);
                foreach (var model in await store.ListAsync(cancellationToken).ConfigureAwait(false))
                {
                    models[model.Name] = await store.VersionsAsync(model.Name, cancellationToken)
                        .ConfigureAwait(false);
                }

                return _snapshot = new Snapshot(revision, models);
            });

    [LoggerMessage(LogLevel.Warning, "The catalogue cannot read the registry")]
    private partial void LogAway(Exception exception);

    private sealed record Snapshot(long Revision, IReadOnlyDictionary<string, IReadOnlyList<ModelVersion>> Models);
}
