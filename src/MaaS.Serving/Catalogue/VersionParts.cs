using MaaS.Core.Packages;
using MaaS.Registry.Versions;
using MaaS.Serving.Security;

namespace MaaS.Serving.Catalogue;

/// <summary>Sections of a version's page.</summary>
internal static class VersionParts
{
    public static Html Card(ModelVersion version)
        => version.Description is { Length: > 0 } card ? Html.Of(
            $"""
            <section class="card prose" aria-labelledby="card-title">
              <h2 id="card-title">Model card</h2>
              {ModelCard.Of(card)}
            </section>
            """) : Html.None;

    public static Html Usage(CatalogueEntry entry, Uri server)
    {
        var inputs = List(entry.Version.Manifest.Inputs.Select(static i => i.ToString()));
        var outputs = List(entry.Version.Manifest.Outputs.Select(static o => o.ToString()));
        var examples = Html.Join(new UsageExamples(entry, server).All().Select(static e => Html.Of(
            $"<h3>{e.Language}</h3><pre tabindex=\"0\" data-language=\"{e.Language}\"><code>{e.Code}</code></pre>")));
        return Html.Of(
            $"""
            <section class="card" aria-labelledby="usage-title">
              <h2 id="usage-title">How to use it</h2>
              <p class="muted">Takes {inputs}; gives {outputs}.</p>
              {examples}
            </section>
            """);
    }

    public static Html Metrics(CatalogueEntry entry) => entry.Use is null && !entry.Metrics.Any() ? Html.None : Html.Of(
        $"""
        <section class="card" aria-labelledby="metrics-title">
          <h2 id="metrics-title">Scores and speed</h2>
          {Table("Scores of the evaluation and latency", ["What", "Value"],
            entry.Metrics.Select(static m => new[]
            {
                Html.Of($"{m.Key}"), Html.Of($"{CataloguePage.Number(m.Value)}"),
            }).Concat(entry.Use is not { } use ? [] :
            [
                [Html.Of($"requests since this server started"), Html.Of($"{use.Requests}")],
                [Html.Of($"median latency, ms"), Html.Of($"{CataloguePage.Number(use.MedianMs)}")],
                [Html.Of($"p99 latency, ms"), Html.Of($"{CataloguePage.Number(use.P99Ms)}")],
            ]))}
        </section>
        """);

    public static Html Files(ModelVersion version, bool mayDownload, Html access)
    {
        var address = CatalogueAddress.Api(version.Name, version.Version);
        return Html.Of(
            $"""
            <section class="card" aria-labelledby="files-title">
              <h2 id="files-title">Files</h2>
              {access}
              {Table("Files", ["Path", "Size", "SHA-256"],
                version.Files.OrderBy(static f => f.Key, StringComparer.Ordinal).Select(f => new[]
                {
                    mayDownload ? Html.Of($"<a href=\"{address}/files/{f.Key}\" download>{f.Key}</a>")
                        : Html.Of($"{f.Key}"),
                    Html.Of($"{CataloguePage.Bytes(f.Value.Size)}"), Html.Of($"<code>{f.Value.Sha256}</code>"),
                }))}
            </section>
            """);
    }

    public static Html Origin(ModelVersion version, Caller caller, string signature)
    {
        var lineage = version.Manifest.Lineage;
        List<(string Name, Html Value)> facts = [("Signature", Html.Of($"{signature}"))];
        Add("Approved by", version.Approvers.Count > 0 ? string.Join(", ", version.Approvers) : null);
        if (CatalogueJson.Parent(version, caller) is { } parent)
        {
            facts.Add((
                "Made from",
                parent.Split('/') is [var name, var number] && ModelNames.IsValid(name)
                    && long.TryParse(number, out var n)
                    ? Html.Of($"<a href=\"{CatalogueAddress.View(name, n)}\">{parent}</a>") : Html.Of($"{parent}")));
        }

        Add("Training data, SHA-256", lineage?.DataHash);
        Add("Code", lineage?.CodeVersion);
        Add("Compression", lineage?.Compression is { Count: > 0 } steps ? string.Join(", ", steps) : null);
        foreach (var (setting, value) in lineage?.Hyperparameters ?? new Dictionary<string, string>())
        {
            Add(setting, value);
        }

        return Html.Of(
            $"""
            <section class="card" aria-labelledby="origin-title">
              <h2 id="origin-title">Signature and lineage</h2>
              {Table("Signature and lineage", ["What", "Value"], facts.Select(static f => new[]
              {
                  Html.Of($"{f.Name}"), f.Value,
              }))}
            </section>
            """);

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                facts.Add((name, Html.Of($"{value}")));
            }
        }
    }

    public static Html History(IEnumerable<HistoryEntry> history) => Html.Of(
        $"""
        <section class="card" aria-labelledby="history-title">
          <h2 id="history-title">History</h2>
          {Table("What was done to the model, the newest first", ["When, UTC", "Who", "What", "Why"],
            history.Select(static h => new[]
            {
                Html.Of($"{CataloguePage.Time(h.At)}"), Html.Of($"{h.Who}"),
                Html.Of($"{h.Action} {(h.Version is { } version ? Html.Of($"{version} ") : Html.None)}{h.Detail}"),
                Html.Of($"{h.Reason ?? "–"}"),
            }))}
        </section>
        """);

    /// <summary>A table; on narrow screens each cell shows its column's name.</summary>
    public static Html Table(string caption, string[] columns, IEnumerable<Html[]> rows) => Html.Of(
        $"""
        <table>
          <caption class="hidden">{caption}</caption>
          <thead><tr>{Html.Join(columns.Select(static c => Html.Of($"<th scope=\"col\">{c}</th>")))}</tr></thead>
          <tbody>{Html.Join(rows.Select(row => Html.Of($"<tr>{Html.Join(row.Select((cell, i) => i == 0
            ? Html.Of($"<th scope=\"row\" data-column=\"{columns[i]}\">{cell}</th>")
            : Html.Of($"<td data-column=\"{columns[i]}\">{cell}</td>")))}</tr>")))}</tbody>
        </table>
        """);

    private static string List(IEnumerable<string> tensors)
        => string.Join("; ", tensors) is { Length: > 0 } text ? text : "what its package does not say";
}
