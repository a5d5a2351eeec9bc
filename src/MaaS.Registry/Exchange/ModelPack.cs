using System.Globalization;
using MaaS.Core.Packages;

namespace MaaS.Registry.Exchange;

/// <summary>Names of the CNCF ModelPack specification 1 and of MaaS's own parts of an artifact.</summary>
internal static class ModelPack
{
    public const string ArtifactType = "application/vnd.cncf.model.manifest.v1+json",
        ConfigType = "application/vnd.cncf.model.config.v1+json",
        FilePath = "org.cncf.model.filepath",
        SignatureArtifactType = "application/vnd.maas.signature.v1",
        SignatureType = "application/vnd.maas.signature.ecdsa-p256-sha256.v1",
        EncryptedType = "application/vnd.maas.package.encrypted.v1",
        EncryptedFile = "package.maas",
        EmptyType = "application/vnd.oci.empty.v1+json";

    private const string Prefix = "application/vnd.cncf.model.";

    public static byte[] Empty => "{}"u8.ToArray();

    /// <summary>The layer's type of a package's file: weights, what belongs to them, documents, code or data.</summary>
    public static string LayerType(string file)
        => Prefix + Path.GetExtension(file).ToLowerInvariant() switch
        {
            ".onnx" or ".safetensors" or ".bin" or ".data" => "weight.v1.raw",
            ".md" or ".html" or ".txt" or ".pdf" or ".png" or ".svg" => "doc.v1.raw",
            ".cs" or ".py" or ".sh" => "code.v1.raw",
            ".csv" or ".npz" or ".npy" or ".parquet" or ".jsonl" => "dataset.v1.raw",
            _ => "weight.config.v1.raw",
        };

    /// <summary>The configuration that the specification asks for.</summary>
    public static byte[] Config(string name, ModelManifest? manifest, IEnumerable<OciDescriptor> layers)
        => OciJson.Write(new Model(
            new ModelDescriptor(name, manifest?.Version, manifest?.Description, Time(manifest?.Created)),
            new ModelConfig(manifest is null ? null : "onnx"),
            new ModelFiles("layers", [.. layers.Select(static l => l.Digest)])));

    /// <summary>A time as RFC 3339 has it.</summary>
    public static string? Time(DateTimeOffset? time)
        => time?.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private sealed record Model(ModelDescriptor Descriptor, ModelConfig Config, ModelFiles Modelfs);

    private sealed record ModelDescriptor(string Name, string? Version, string? Description, string? CreatedAt);

    private sealed record ModelConfig(string? Format);

    private sealed record ModelFiles(string Type, IReadOnlyList<string> DiffIds);
}
