using MaaS.Primitives.Display;
using MaaS.Registry.Fleet;
using MaaS.Registry.Versions;

namespace MaaS.Cli.Registry;

/// <summary>Versions, histories and differences as people read them.</summary>
internal static class RegistryText
{
    public static string Models(IReadOnlyList<ModelSummary> models)
        => models.Count == 0 ? "no models" : TextTable.Render(
            [
                ["model", "versions", "latest", "production", "approval"],
                .. models.Select(static m => new[]
                {
                    m.Name, $"{m.Versions}", $"{m.Latest}", $"{m.Production}", m.NeedsApproval ? "needed" : "",
                }),
            ], 1);

    public static string Servers(IReadOnlyList<ServerLease> servers)
        => servers.Count == 0 ? "no servers" : TextTable.Render(
            [
                ["server", "state", "models", "under way"],
                .. servers.Select(static s => new[]
                {
                    s.Address, s.State.ToString().ToLowerInvariant(),
                    string.Join(" ", s.Models.OrderBy(static m => m.Key, StringComparer.Ordinal).Select(
                        static m => $"{m.Key}/{string.Join(",", m.Value)}")), $"{s.InFlight}",
                }),
            ], 1);

    public static string Versions(IReadOnlyList<ModelVersion> versions)
        => TextTable.Render(
            [
                ["version", "stage", "aliases", "metrics", "MiB", "added", "by"],
                .. versions.Select(static v => new[]
                {
                    v.ToString(), Stage(v), string.Join(",", v.Aliases), Metrics(v), $"{v.Bytes / 1048576.0:0.0}",
                    $"{v.Created:yyyy-MM-dd HH:mm}", v.Creator,
                }),
            ], 1);

    public static string Version(ModelVersion version)
    {
        List<string[]> rows =
        [
            ["version", version.ToString()], ["stage", Stage(version)],
            ["added", $"{version.Created:yyyy-MM-dd HH:mm:ss zzz} by {version.Creator}"],
        ];
        Add("aliases", string.Join(", ", version.Aliases));
        Add("approved by", string.Join(", ", version.Approvers));
        Add("description", version.Description);
        Add("metrics", Metrics(version));
        Add("labels", string.Join(", ", version.Manifest.Labels ?? []));
        Add("parent", version.Manifest.Lineage?.Parent);
        rows.AddRange(version.Tags.Select(static t => new[] { "tag", $"{t.Key}={t.Value}" }));
        rows.AddRange(
            version.Files.Select(
                static f => new[] { "file", $"{f.Key} {f.Value.Size:n0} bytes {f.Value.Sha256[..12]}…" }));
        return string.Concat(rows.Select(static r => $"{r[0],-12} {r[1]}\n"));

        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                rows.Add([name, value]);
            }
        }
    }

    public static string History(IReadOnlyList<HistoryEntry> history)
        => string.Concat(history.Select(static h => $"{h.At.ToLocalTime():yyyy-MM-dd HH:mm:ss}  {h.Who}: {h.Action}"
            + (h.Version is { } version ? $" {version}" : "") + (h.Detail is { } detail ? $" {detail}" : "")
            + (h.Previous is { } previous && previous != h.Version ? $" (was {previous})" : "")
            + (h.Reason is { } reason ? $": {reason}" : "") + "\n"));

    public static string Differences(IReadOnlyList<VersionDifference> differences)
        => differences.Count == 0 ? "no difference"
            : TextTable.Render(
                [["", "left", "right"], .. differences.Select(static d => new[] { d.What, d.Left, d.Right })], 1);

    private static string Stage(ModelVersion version)
        => version.Stage == ModelStage.None ? "" : $"{version.Stage}".ToLowerInvariant();

    private static string Metrics(ModelVersion version)
        => string.Join(
            ", ",
            (version.Manifest.Metrics ?? new Dictionary<string, double>())
                .Select(static m => $"{m.Key} {m.Value:0.####}"));
}
