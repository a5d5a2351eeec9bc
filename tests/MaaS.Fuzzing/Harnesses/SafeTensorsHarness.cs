using MaaS.Core.Packages;
using MaaS.Fuzzing.Engine;

namespace MaaS.Fuzzing.Harnesses;

/// <summary>safetensors files: what was read is written and read again.</summary>
internal sealed class SafeTensorsHarness : IFuzzHarness
{
    public string Name => "safetensors";

    public IReadOnlyList<string> Words { get; } =
        ["\"dtype\"", "\"shape\"", "\"data_offsets\"", "\"__metadata__\"", "\"F32\"", "\"BF16\"", "\"I64\"", "\"U8\"", "\"BOOL\"", "[0,4]", "[1]", "[]", "{", "}", ",", ":", "\"a\"", " "];

    public IReadOnlyList<byte[]> Seeds() =>
    [
        KnownInputs.Seed("SafeTensors", "every_type.safetensors"),
        [55, 0, 0, 0, 0, 0, 0, 0, .. """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}  """u8, 1, 2, 3, 4],
    ];

    public bool IsDocumented(Exception exception) => exception is InvalidDataException;

    public void Run(byte[] input)
    {
        using var file = SafeTensorsFile.Open(TemporaryPath.Write("a.safetensors", input));
        var tensors = file.Entries.ToDictionary(e => e.Name, e => file[e.Name]);
        var path = TemporaryPath.Of("b.safetensors");
        SafeTensorsFile.Write(path, tensors, file.Metadata);
        using var again = SafeTensorsFile.Open(path);
        FuzzFaultException.Unless(
            again.Entries.Count == file.Entries.Count,
            $"expected {file.Entries.Count} tensors, got {again.Entries.Count}");
        foreach (var (name, tensor) in tensors)
        {
            TensorRoundTrip.Same(tensor, again[name]);
        }

        FuzzFaultException.Unless(
            file.Metadata.OrderBy(m => m.Key, StringComparer.Ordinal)
                .SequenceEqual(again.Metadata.OrderBy(m => m.Key, StringComparer.Ordinal)),
                "expected the same metadata");
    }
}
