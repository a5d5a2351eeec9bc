using MaaS.Registry.Versions;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Faults;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Catalogue;

/// <summary><c>GET /catalogue</c>: the models that are looked for, and a form to look for others.</summary>
internal sealed class ListPage(CatalogueSource source, IOptions<MaaSServingOptions> options)
{
    /// <exception cref="RequestException">400: a parameter is wrong.</exception>
    public async Task WriteAsync(HttpContext context)
    {
        var query = new CatalogueQuery(context.Request.Query);
        var all = await source.ModelsAsync(context).ConfigureAwait(false);
        var found = query.Find(all);
        await CataloguePage.WriteAsync(
            context, "Catalogue · MaaS",
            Html.Of(
                $"""
                <h1>Models</h1>
                {Form(query, all)}
                <p class="muted" role="status">{found.Count} of {all.Count} models</p>
                <ul class="found">{Html.Join(found.Select(e => Item(e, query["metric"])))}</ul>
                {PublishForm.Of(EndpointGuard.Of(context), options.Value.Publishing)}
                """)).ConfigureAwait(false);
    }

    private static Html Form(CatalogueQuery query, IReadOnlyList<CatalogueEntry> all) => Html.Of(
        $"""
        <form method="get" action="catalogue" class="card filters" role="search">
          <p class="wide"><label for="q">Search</label> <input id="q" name="q" type="search" value="{query["q"]}"
            placeholder="Name, task, card, tags"></p>
          <p>{Choice("task", "Task", "Any", Values(all, static e => e.Task), query)}</p>
          <p>{Choice("licence", "Licence", "Any", Values(all, static e => e.Licence), query)}</p>
          <p>{Choice("stage", "Stage", "Any", ["production", "staging", "archived"], query)}</p>
          <p>{Field("tag", "Tag", "text", "team=vision", query)}</p>
          <p>{Field("max_mib", "Size, at most MiB", "number", "", query)}</p>
          <p>{Field("max_p99_ms", "p99, at most ms", "number", "", query)}</p>
          <p>{Choice("metric", "Score", "Any", all.SelectMany(static e => e.Metrics.Select(static m => m.Key))
            .Distinct().Order(StringComparer.Ordinal), query)}</p>
          <p>{Field("min_score", "Score, at least", "number", "", query)}</p>
          <p><label for="sort">Order</label> <select id="sort" name="sort">{Html.Join(CatalogueQuery.Orders.Select(
            o => Option(o.Name, o.Meaning, o.Name == query.Sort)))}</select></p>
          <p class="row end wide"><a href="catalogue">All models</a> <button type="submit">Find</button></p>
        </form>
        """);

    private static Html Item(CatalogueEntry entry, string? metric)
    {
        var version = entry.Version;
        var scores = entry.Metrics.OrderByDescending(m => m.Key == metric).ThenBy(
            static m => m.Key, StringComparer.Ordinal).Take(3);
        return Html.Of(
            $"""
            <li class="card">
              <h2><a href="{CatalogueAddress.View(entry.Name, version.Version)}">{entry.Name}</a></h2>
              <p class="muted">{entry.Task ?? "no task named"} · version {version.Version}{Stage(version)}</p>
              {(entry.Summary is { } summary ? Html.Of($"<p>{summary}</p>") : Html.None)}
              <ul class="facts">
                {Html.Join(scores.Select(static m => Html.Of($"<li>{m.Key} {CataloguePage.Number(m.Value)}</li>")))}
                <li>{CataloguePage.Bytes(version.Bytes)}</li>
                {(entry.Use is { } use ? Html.Of(
                    $"<li>p99 {CataloguePage.Number(use.P99Ms)} ms</li><li>{use.Requests} requests</li>") : Html.None)}
                <li>{entry.Downloads} downloads</li>
                {(entry.Licence is { } licence ? Html.Of($"<li>{licence}</li>") : Html.None)}
              </ul>
            </li>
            """);
    }

    private static string Stage(ModelVersion version)
        => version.Stage != ModelStage.None ? $", {version.Stage.ToString().ToLowerInvariant()}"
            : version.Aliases.Count > 0 ? "" : ", not published";

    private static IEnumerable<string> Values(
        IEnumerable<CatalogueEntry> entries, Func<CatalogueEntry, string?> value)
        => entries.Select(value).OfType<string>().Distinct().Order(StringComparer.Ordinal);

    private static Html Field(string name, string label, string type, string example, CatalogueQuery query)
        => Html.Of(
            $"""
            <label for="{name}">{label}</label>
            <input id="{name}" name="{name}" type="{type}" {new Html(type == "number" ? "step=\"any\"" : "")}
              placeholder="{example}" value="{query[name]}">
            """);

    private static Html Choice(
        string name, string label, string any, IEnumerable<string> values, CatalogueQuery query)
    {
        var options = Html.Join(
            values.Select(v => Option(v, v, v == query[name])).Prepend(Option("", any, query[name] is null)));
        return Html.Of(
            $"<label for=\"{name}\">{label}</label> <select id=\"{name}\" name=\"{name}\">{options}</select>");
    }

    private static Html Option(string value, string text, bool isChosen)
        => isChosen ? Html.Of($"<option value=\"{value}\" selected>{text}</option>")
            : Html.Of($"<option value=\"{value}\">{text}</option>");
}
