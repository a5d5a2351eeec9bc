using System.Text.Json.Serialization;

namespace MaaS.Registry.Exchange;

/// <summary>An image manifest, which is how artifacts are stored (OCI image specification 1.1).</summary>
internal sealed record OciManifest
{
    public const string Type = "application/vnd.oci.image.manifest.v1+json";

    /// <summary>Distribution specification 1.1: registries take manifests up to 4 MiB.</summary>
    public const int MaxBytes = 4 << 20;

    public int SchemaVersion { get; init; } = 2;

    public string? MediaType { get; init; } = Type;

    public string? ArtifactType { get; init; }

    public required OciDescriptor Config { get; init; }

    public required IReadOnlyList<OciDescriptor> Layers { get; init; }

    public OciDescriptor? Subject { get; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>Everything that belongs to it.</summary>
    [JsonIgnore]
    public IEnumerable<OciDescriptor> Blobs => [Config, .. Layers];

    public byte[] ToJson() => OciJson.Write(this);

    /// <exception cref="InvalidDataException">It is no manifest.</exception>
    public static OciManifest FromJson(string what, byte[] json)
    {
        var manifest = OciJson.Read<OciManifest>(what, json);
        return manifest.SchemaVersion == 2 && manifest.MediaType is Type or null
            && manifest.Blobs.All(static b => b is { IsSound: true })
            ? manifest
            : throw new InvalidDataException(
                $"{what}: expected an OCI image manifest with SHA-256 digests and sizes up to 64 TiB, got "
                    + $"{manifest.MediaType}; an index of several platforms is no model.");
    }
}
