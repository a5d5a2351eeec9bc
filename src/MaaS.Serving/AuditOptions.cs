namespace MaaS.Serving;

/// <summary>An append-only record of who did what.</summary>
public sealed class AuditOptions
{
    /// <summary>The file, JSON lines; it is continued when it exists.</summary>
    public string Path { get; set; } = "audit.jsonl";

    /// <summary>
    /// Whether predictions are recorded too (who, which address, status; never the data). Default false: changes only.
    /// </summary>
    public bool Predictions { get; set; }

    internal IEnumerable<string> Faults(string where)
    {
        if (string.IsNullOrWhiteSpace(Path) || Directory.Exists(Path))
        {
            yield return $"{where}:{nameof(Path)}: expected the path of a file, got '{Path}'";
        }
    }
}
