namespace MaaS.Registry.Exchange;

/// <summary>A list of manifests: the answer of the referrers endpoint, and the content of its fallback tag.</summary>
internal sealed record OciIndex
{
    public const string Type = "application/vnd.oci.image.index.v1+json";

    public int SchemaVersion { get; init; } = 2;

    public string? MediaType { get; init; } = Type;

    public required IReadOnlyList<OciDescriptor> Manifests { get; init; }

    /// <summary>Reads a list; what it names may be of any kind (<see cref="OciDescriptor.IsSound"/>).</summary>
    public static OciIndex FromJson(string what, byte[] json)
    {
        var index = OciJson.Read<OciIndex>(what, json);
        return index.Manifests.All(static m => m is not null) ? index
            : throw new InvalidDataException($"{what}: expected descriptors, got null.");
    }
}
