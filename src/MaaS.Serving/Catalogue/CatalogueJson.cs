using System.Text.Json;
using MaaS.Registry.Access;
using MaaS.Registry.Versions;
using MaaS.Serving.Protocols.OpenInference;
using MaaS.Serving.Security;
using MaaS.Serving.Telemetry;

namespace MaaS.Serving.Catalogue;

/// <summary>The catalogue's answers in JSON. Versions are text, as JavaScript's numbers end at 53 bits.</summary>
internal static class CatalogueJson
{
    public static void Write(Utf8JsonWriter writer, string member, IEnumerable<CatalogueEntry> entries)
    {
        writer.WriteStartArray(member);
        foreach (var entry in entries)
        {
            writer.WriteStartObject();
            WriteMembers(writer, entry);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    public static void WriteMembers(Utf8JsonWriter writer, CatalogueEntry entry)
    {
        var version = entry.Version;
        writer.WriteString("name"u8, version.Name);
        writer.WriteString("version"u8, VersionText.Of(version.Version));
        writer.WriteString("task"u8, entry.Task);
        writer.WriteString("stage"u8, Text(version.Stage));
        writer.WriteBoolean("published"u8, CatalogueEntry.IsPublished(version));
        WriteTexts(writer, "aliases", version.Aliases);
        writer.WriteString("summary"u8, entry.Summary);
        writer.WriteString("licence"u8, entry.Licence);
        WriteTexts(writer, "tags", version.Tags);
        writer.WriteNumber("bytes"u8, version.Bytes);
        writer.WriteString("created"u8, version.Created);
        writer.WriteStartObject("metrics"u8);
        foreach (var (name, value) in entry.Metrics)
        {
            writer.WriteNumber(name, value);
        }

        writer.WriteEndObject();
        writer.WriteBoolean("served"u8, entry.IsServed);
        writer.WriteNumber("requests"u8, entry.Use?.Requests ?? 0);
        WriteNumber(writer, "p50_ms", entry.Use?.MedianMs);
        WriteNumber(writer, "p99_ms", entry.Use?.P99Ms);
        writer.WriteNumber("downloads"u8, entry.Downloads);
    }

    /// <summary>What only the answer about one version has.</summary>
    public static void WriteDetails(Utf8JsonWriter writer, ModelVersion version, Caller caller)
    {
        writer.WriteString("creator"u8, version.Creator);
        writer.WriteString("card"u8, version.Description);
        WriteTexts(writer, "approvers", version.Approvers);
        OpenInferenceMetadata.WriteSpecs(writer, "inputs", version.Manifest.Inputs);
        OpenInferenceMetadata.WriteSpecs(writer, "outputs", version.Manifest.Outputs);
        WriteTexts(writer, "labels", version.Manifest.Labels ?? []);
        writer.WriteStartObject("lineage"u8);
        var lineage = version.Manifest.Lineage;
        writer.WriteString("parent"u8, Parent(version, caller));
        writer.WriteString("data_hash"u8, lineage?.DataHash);
        writer.WriteString("code_version"u8, lineage?.CodeVersion);
        WriteTexts(writer, "hyperparameters", lineage?.Hyperparameters ?? new Dictionary<string, string>());
        WriteTexts(writer, "compression", lineage?.Compression ?? []);
        writer.WriteEndObject();
        writer.WriteStartArray("files"u8);
        foreach (var (path, file) in version.Files)
        {
            writer.WriteStartObject();
            writer.WriteString("path"u8, path);
            writer.WriteNumber("bytes"u8, file.Size);
            writer.WriteString("sha256"u8, file.Sha256);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>Where a version comes from; null where that is unknown, or a model that is kept from the
    /// caller.</summary>
    public static string? Parent(ModelVersion version, Caller caller)
        => version.Manifest.Lineage?.Parent is { } parent && caller.MayUse(parent.Split('/', '@')[0]) ? parent : null;

    /// <summary>Whether the caller may download, and what became of their wish.</summary>
    public static void WriteAccess(Utf8JsonWriter writer, Caller caller, AccessRequest? own)
    {
        writer.WriteBoolean(
            "downloadable"u8, caller.Has(ServingScope.Admin) || own?.State == AccessState.Granted);
        writer.WriteString("access"u8, own is null ? null : Text(own.State));
    }

    public static void Write(Utf8JsonWriter writer, AccessRequest request)
    {
        writer.WriteString("model"u8, request.Model);
        writer.WriteString("who"u8, request.Who);
        writer.WriteString("state"u8, Text(request.State));
        writer.WriteString("asked"u8, request.Asked);
        writer.WriteString("reason"u8, request.Reason);
        if (request.Decided is { } decided)
        {
            writer.WriteString("decided"u8, decided);
        }
        else
        {
            writer.WriteNull("decided"u8);
        }

        writer.WriteString("decided_by"u8, request.DecidedBy);
        writer.WriteString("decision_reason"u8, request.DecisionReason);
    }

    public static void Write(Utf8JsonWriter writer, IEnumerable<HistoryEntry> history)
    {
        writer.WriteStartArray("history"u8);
        foreach (var entry in history)
        {
            writer.WriteStartObject();
            writer.WriteString("at"u8, entry.At);
            writer.WriteString("who"u8, entry.Who);
            writer.WriteString("action"u8, entry.Action);
            writer.WriteString("version"u8, entry.Version is { } version ? VersionText.Of(version) : null);
            writer.WriteString("detail"u8, entry.Detail);
            writer.WriteString("previous"u8, entry.Previous is { } previous ? VersionText.Of(previous) : null);
            writer.WriteString("reason"u8, entry.Reason);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static string Text<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static void WriteTexts(Utf8JsonWriter writer, string member, IEnumerable<string> texts)
    {
        writer.WriteStartArray(member);
        foreach (var text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }

    private static void WriteTexts(Utf8JsonWriter writer, string member, IReadOnlyDictionary<string, string> texts)
    {
        writer.WriteStartObject(member);
        foreach (var (name, text) in texts)
        {
            writer.WriteString(name, text);
        }

        writer.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter writer, string member, double? number)
    {
        if (number is { } value)
        {
            writer.WriteNumber(member, value);
        }
        else
        {
            writer.WriteNull(member);
        }
    }
}
