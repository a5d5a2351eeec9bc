using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace MaaS.Fuzzing.Harnesses;

/// <summary>Small packages.</summary>
internal static class PackageSeeds
{
    /// <summary>Stands for a model: packages are checked without it being parsed.</summary>
    public static byte[] Model { get; } = "model"u8.ToArray();

    /// <summary>Names and values of manifests.</summary>
    public static IReadOnlyList<string> Words { get; } =
    [
        "\"name\"", "\"version\"", "\"task\"", "\"inputs\"", "\"outputs\"", "\"preprocessing\"", "\"labels\"",
        "\"metrics\"", "\"lineage\"", "\"files\"",
        "\"shape\"", "\"type\"", "\"float32\"", "\"model.onnx\"", "\"../a\"", "\"a/b\"", "\"sha256\"", "\"size\"",
        "\"text\"", "\"generation\"", "\"created\"",
        "\"classification\"", "\"text-generation\"", "\"scale\"", "\"mean\"", "\"std\"", "{", "}", "[", "]", ":", ",",
        "null", "1e400", "\"\\ud800\"",
    ];

    public static string ShortManifest { get; } =
        $$$"""{"formatVersion":1,"name":"m","files":{"model.onnx":{{{Entry}}}}}""";

    public static string Manifest { get; } =
        $$$"""
        {"formatVersion":1,"name":"digits","version":"1","description":"d","task":"classification","created":"2026-01-02T03:04:05+00:00",
        "inputs":[{"name":"image","type":"float32","shape":[-1,1,28,28],"axisNames":["batch",null,null,null]}],
        "outputs":[{"name":"logits","type":"float32","shape":[-1,2]}],"preprocessing":{"scale":0.0039,"mean":[0.13],"std":[0.3]},
        "labels":["a","b"],"metrics":{"accuracy":0.98},"files":{"model.onnx":{{{Entry}}}}}
        """;

    private static string Entry
        => $$"""{"sha256":"{{Convert.ToHexStringLower(SHA256.HashData(Model))}}","size":{{Model.Length}}}""";

    /// <summary>A package in one file.</summary>
    public static byte[] Zip(string manifest, CompressionLevel level)
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in new[]
            {
                ("model.onnx", Model), ("manifest.json", Encoding.UTF8.GetBytes(manifest)),
            })
            {
                using var entry = zip.CreateEntry(name, level).Open();
                entry.Write(bytes);
            }
        }

        return file.ToArray();
    }
}
