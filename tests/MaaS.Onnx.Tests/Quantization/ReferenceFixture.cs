using System.Runtime.InteropServices;
using System.Text.Json;

namespace MaaS.Onnx.Tests.Quantization;

/// <summary>What NumPy computed: Fixtures/make_reference.py.</summary>
internal static class ReferenceFixture
{
    private static readonly JsonElement Root = JsonDocument.Parse(File.ReadAllBytes(PathOf("reference.json")))
        .RootElement;

    public static string PathOf(string file) =>
        Path.Combine(AppContext.BaseDirectory, "Quantization", "Fixtures", file);

    public static JsonElement Section(string name) => Root.GetProperty(name);

    /// <summary>The elements of a section as test cases that show their name.</summary>
    public static IEnumerable<TestCaseData> Cases(string section) => Section(section).EnumerateArray()
        .Select(element => new TestCaseData(element).SetArgDisplayNames(element.GetProperty("name").GetString()!));

    public static T[] Array<T>(this JsonElement element, string name) where T : unmanaged =>
        MemoryMarshal.Cast<byte, T>(element.GetProperty(name).GetBytesFromBase64()).ToArray();

    public static float[][] Batches(this JsonElement element) =>
        [.. element.GetProperty("batches").EnumerateArray()
            .Select(batch => MemoryMarshal.Cast<byte, float>(batch.GetBytesFromBase64()).ToArray())];
}
