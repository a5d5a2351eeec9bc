using System.Globalization;
using MaaS.Registry.Versions;
using MaaS.Serving.Faults;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Catalogue;

/// <summary>Which models a caller looks for, as the query string of an address says it; empty values ask for
/// nothing, as a form sends them.</summary>
internal sealed class CatalogueQuery
{
    /// <summary>Orders by their names in the query, with what they mean.</summary>
    public static readonly IReadOnlyList<(string Name, string Meaning)> Orders =
    [
        ("name", "Name"), ("newest", "Newest first"), ("size", "Smallest first"), ("latency", "Fastest first"),
        ("score", "Best score first"), ("downloads", "Most downloads first"),
    ];

    /// <summary>Parameters, with what they mean.</summary>
    public static readonly IReadOnlyList<(string Name, string Meaning)> Parameters =
    [
        ("q", "Words that must all be in the name, task, card, tags or aliases."),
        ("task", "The task."),
        ("tag", "A tag's name, or NAME=VALUE."),
        ("licence", "The value of the tag licence or license."),
        ("stage", "staging, production or archived."),
        ("max_mib", "Largest size of all files, in MiB."),
        ("max_p99_ms", "Longest p99 latency that this server has measured, in ms; models without requests are left "
            + "out."),
        ("metric", "A score of the evaluation that a model must have."),
        ("min_score", "Least value of that score."),
        ("sort", "name, newest, size, latency, downloads, or score, the highest value of the metric first."),
    ];

    private readonly IQueryCollection _query;

    /// <param name="query">Of the request.</param>
    /// <exception cref="RequestException">400: a parameter is not known, or has no value of its kind.</exception>
    public CatalogueQuery(IQueryCollection query)
    {
        _query = query;
        if (query.Keys.FirstOrDefault(k => Parameters.All(p => p.Name != k)) is { } unknown)
        {
            throw RequestException.BadRequest(
                $"expected the parameters [{string.Join(", ", Parameters.Select(static p => p.Name))}], got "
                    + $"'{unknown}'");
        }

        (MaxMib, MaxP99Ms, MinScore) = (Number("max_mib"), Number("max_p99_ms"), Number("min_score"));
        Sort = this["sort"] ?? Orders[0].Name;
        if (Orders.All(o => o.Name != Sort))
        {
            throw RequestException.BadRequest(
                $"sort: expected one of [{string.Join(", ", Orders.Select(static o => o.Name))}], got '{Sort}'");
        }

        if (this["stage"] is { } stage
            && !Enum.GetNames<ModelStage>().Contains(stage, StringComparer.OrdinalIgnoreCase))
        {
            throw RequestException.BadRequest($"stage: expected staging, production or archived, got '{stage}'");
        }

        if ((MinScore is not null || Sort == "score") && this["metric"] is null)
        {
            throw RequestException.BadRequest("expected a metric that the score is of, got none");
        }
    }

    /// <summary>How what is found is ordered.</summary>
    public string Sort { get; }

    private double? MaxMib { get; }

    private double? MaxP99Ms { get; }

    private double? MinScore { get; }

    /// <summary>A parameter; null where it asks for nothing.</summary>
    public string? this[string name] => _query[name].ToString().Trim() is { Length: > 0 } value ? value : null;

    /// <summary>The entries that are looked for, in order.</summary>
    public IReadOnlyList<CatalogueEntry> Find(IEnumerable<CatalogueEntry> entries)
    {
        var found = entries.Where(Matches).OrderBy(static e => e.Name, StringComparer.Ordinal);
        return
        [
            .. Sort switch
            {
                "newest" => found.OrderByDescending(static e => e.Version.Created),
                "size" => found.OrderBy(static e => e.Version.Bytes),
                "latency" => found.OrderBy(static e => e.Use?.P99Ms ?? double.PositiveInfinity),
                "score" => found.OrderByDescending(e => Score(e) ?? double.NegativeInfinity),
                "downloads" => found.OrderByDescending(static e => e.Downloads),
                _ => found,
            },
        ];
    }

    private bool Matches(CatalogueEntry entry)
        => Words(entry)
            && (this["task"] is not { } task || entry.Task == task)
            && (this["licence"] is not { } licence || entry.Licence == licence)
            && (this["stage"] is not { } stage
                || entry.Version.Stage.ToString().Equals(stage, StringComparison.OrdinalIgnoreCase))
            && (this["tag"] is not { } tag || HasTag(entry.Version, tag))
            && (MaxMib is not { } mib || entry.Version.Bytes <= mib * (1 << 20))
            && (MaxP99Ms is not { } most || entry.Use?.P99Ms <= most)
            && (this["metric"] is null || Score(entry) is not null)
            && (MinScore is not { } least || Score(entry) >= least);

    private bool Words(CatalogueEntry entry)
    {
        if (this["q"] is not { } words)
        {
            return true;
        }

        var text = string.Join('\n', [
            entry.Name, entry.Task, entry.Version.Description, .. entry.Version.Aliases,
            .. entry.Version.Tags.Select(static t => $"{t.Key}={t.Value}")]);
        return words.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .All(w => text.Contains(w, StringComparison.OrdinalIgnoreCase));
    }

    private double? Score(CatalogueEntry entry)
        => entry.Metrics.Where(m => m.Key == this["metric"]).Select(static m => (double?)m.Value).FirstOrDefault();

    private static bool HasTag(ModelVersion version, string tag)
        => tag.Split('=', 2) is [var name, var value]
            ? version.Tags.TryGetValue(name, out var found) && found == value : version.Tags.ContainsKey(tag);

    private double? Number(string name)
        => this[name] is not { } text ? null
            : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                && double.IsFinite(number) ? number
            : throw RequestException.BadRequest($"{name}: expected a number, got '{text}'");
}
