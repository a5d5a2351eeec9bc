using MaaS.Registry.Access;
using MaaS.Registry.Versions;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Registry;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Catalogue;

/// <summary><c>GET /catalogue/view/{name}[/{version}]</c>: all about one version.</summary>
internal sealed class VersionPage(
    CatalogueSource source, CatalogueAccess access, SignatureState signatures, RegistryConnection registry)
{
    private const int MostHistory = 50;

    public async Task WriteAsync(HttpContext context)
    {
        var entry = await source.FindAsync(context).ConfigureAwait(false);
        var caller = EndpointGuard.Of(context);
        var isAdmin = caller.Has(ServingScope.Admin);
        var own = await access.OwnAsync(context, entry.Name).ConfigureAwait(false);
        var mayDownload = isAdmin || own?.State == AccessState.Granted;
        var signature = await source.TryAsync(
            async () => await signatures.OfAsync(
                await registry.ModelsAsync(context.RequestAborted).ConfigureAwait(false), entry.Version,
                context.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
        var main = Html.Of(
            $"""
            {Head(entry, await source.VersionsAsync(context).ConfigureAwait(false))}
            {VersionParts.Card(entry.Version)}
            {Try(entry)}
            {VersionParts.Usage(entry, CatalogueAddress.Server(context))}
            {VersionParts.Metrics(entry)}
            {VersionParts.Files(entry.Version, mayDownload, Access(entry, caller, own, mayDownload))}
            {Requests(entry, isAdmin ? await source.AccessAsync(entry.Name, null, context.RequestAborted)
                .ConfigureAwait(false) : [])}
            {VersionParts.Origin(entry.Version, caller, SignatureState.Words(signature))}
            {VersionParts.History((await source.HistoryAsync(context).ConfigureAwait(false)).Take(MostHistory))}
            """);
        await CataloguePage.WriteAsync(
            context, $"{entry.Name} {entry.Version.Version} · MaaS", main).ConfigureAwait(false);
    }

    private static Html Head(CatalogueEntry entry, IReadOnlyList<CatalogueEntry> versions)
    {
        var version = entry.Version;
        var licence = entry.Licence is { } text ? Html.Of($" · {text}") : Html.None;
        var labels = Html.Join(Labels(version).Select(static l => Html.Of($"<span class=\"tag\">{l}</span>")));
        var links = Html.Join(versions.Select(v =>
        {
            var current = v.Version.Version == version.Version ? new Html(" aria-current=\"page\"") : Html.None;
            var address = CatalogueAddress.View(v.Name, v.Version.Version);
            return Html.Of($"<li><a href=\"{address}\"{current}>{v.Version.Version}</a></li>");
        }));
        return Html.Of(
            $"""
            <header class="head">
              <h1>{entry.Name} <span class="muted">version {version.Version}</span></h1>
              <p class="muted">{entry.Task ?? "no task named"} · {CataloguePage.Bytes(version.Bytes)} ·
                added {CataloguePage.Time(version.Created)} by {version.Creator} ·
                {entry.Downloads} downloads{licence}</p>
              <p>{labels}</p>
              <nav aria-label="Versions"><ul class="facts">{links}</ul></nav>
            </header>
            """);
    }

    private static IEnumerable<string> Labels(ModelVersion version)
        =>
        [
            CatalogueEntry.IsPublished(version) ? version.Stage == ModelStage.None ? "no stage"
                : version.Stage.ToString().ToLowerInvariant() : "not published",
            .. version.Aliases.Select(static a => $"@{a}"),
            .. version.Tags.Select(static t => $"{t.Key}: {t.Value}"),
        ];

    private static Html Try(CatalogueEntry entry)
    {
        var box = entry.IsServed ? Html.Of(
            $"""
            <div id="try" data-model="{entry.Name}" data-version="{entry.Version.Version}"></div>
            <noscript><p class="muted">This box needs JavaScript; the examples below ask the same.</p></noscript>
            """) : Html.Of(
            $"""
            <p class="muted">This server does not serve this version: it is neither in production nor has it an alias,
              or it is not loaded.</p>
            """);
        return Html.Of(
            $"""
            <section class="card" aria-labelledby="try-title">
              <h2 id="try-title">Try it</h2>
              {box}
            </section>
            """);
    }

    private static Html Access(CatalogueEntry entry, Caller caller, AccessRequest? own, bool mayDownload)
    {
        if (mayDownload)
        {
            var address = CatalogueAddress.Api(entry.Name, entry.Version.Version);
            var file = $"{entry.Name}-{entry.Version.Version}.maas";
            return Html.Of($"<p><a href=\"{address}/package\" download>Download {file}</a></p>");
        }

        if (caller.Name.Length == 0)
        {
            return Html.Of($"<p class=\"muted\">Downloads ask for an account: a key, token or certificate.</p>");
        }

        if (own?.State == AccessState.Asked)
        {
            var asked = CataloguePage.Time(own.Asked);
            return Html.Of($"<p role=\"status\">You asked for this model on {asked}; nobody has decided yet.</p>");
        }

        return Html.Of(
            $"""
            {(own is null ? Html.None : Html.Of($"<p class=\"fault\">Refused. {own.DecisionReason}</p>"))}
            <form method="post" action="catalogue/models/{entry.Name}/requests" class="stack">
              <label for="reason">Why you need the files</label>
              <textarea id="reason" name="reason" rows="3" maxlength="1000"></textarea>
              <button type="submit">Request access</button>
            </form>
            """);
    }

    private static Html Requests(CatalogueEntry entry, IReadOnlyList<AccessRequest> requests)
    {
        if (requests.Count == 0)
        {
            return Html.None;
        }

        var table = VersionParts.Table(
            "Requests for this model", ["Account", "State", "Why", "Decided by", "Decision"],
            requests.Select(r => new[]
            {
                Html.Of($"{r.Who}"), Html.Of($"{r.State.ToString().ToLowerInvariant()}"),
                Html.Of($"{r.Reason ?? "–"}"), Html.Of($"{r.DecidedBy ?? "–"}"),
                Html.Of($"<span class=\"row tight\">{Button(r, true)} {Button(r, false)}</span>"),
            }));
        return Html.Of(
            $"""
            <section class="card" aria-labelledby="access-title">
              <h2 id="access-title">Who may download</h2>
              <p id="access-fault" class="fault" role="alert" hidden></p>
              {table}
            </section>
            """);

        Html Button(AccessRequest request, bool granted) => Html.Of(
            $"""
            <button type="button" class="{(granted ? "small" : "small quiet")}" data-model="{entry.Name}"
              data-who="{request.Who}" data-granted="{(granted ? "true" : "false")}">
              {(granted ? "Approve" : "Refuse")}<span class="hidden"> {request.Who}</span></button>
            """);
    }
}
