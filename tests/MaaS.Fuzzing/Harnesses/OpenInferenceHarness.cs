using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using MaaS.Fuzzing.Engine;
using MaaS.Serving.Json;
using MaaS.Serving.Protocols.OpenInference;

namespace MaaS.Fuzzing.Harnesses;

/// <summary>V2 requests: two bytes with the length of the JSON part, that part, and the bytes of binary
/// tensors.</summary>
internal sealed class OpenInferenceHarness : IFuzzHarness
{
    public string Name => "open-inference";

    public IReadOnlyList<string> Words { get; } =
    [
        "\"inputs\"", "\"outputs\"", "\"name\"", "\"datatype\"", "\"shape\"", "\"data\"", "\"parameters\"",
        "\"binary_data_size\"", "\"binary_data\"", "\"id\"",
        "\"classification\"", "\"shared_memory_region\"", "\"shared_memory_offset\"", "\"shared_memory_byte_size\"",
        "\"priority\"", "\"timeout\"",
        "\"sequence_id\"", "\"binary_data_output\"", "\"FP32\"", "\"FP16\"", "\"BYTES\"", "\"BOOL\"", "\"INT64\"",
        "\"UINT8\"", "\"x\"", "\"n\"", "\"t\"", "\"b\"",
        "{", "}", "[", "]", ":", ",", "true", "NaN", "null",
    ];

    public IReadOnlyList<byte[]> Seeds() =>
    [
        Body(
            """{"id":"a","inputs":[{"name":"x","data":[[1,2,3,4]],"shape":[1,4],"datatype":"FP32","parameters":{"a":1}}],"outputs":[{"name":"y","parameters":{"classification":2}}]}"""),
        Body(
            """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","parameters":{"binary_data_size":16}}],"parameters":{"binary_data_output":true,"priority":1}}""", new byte[16]),
        Body(
            """{"inputs":[{"name":"t","shape":[2],"datatype":"BYTES","parameters":{"binary_data_size":11}},{"datatype":"INT64","name":"n","shape":[2],"data":[1,2]}]}""",
            [1, 0, 0, 0, (byte)'a', 2, 0, 0, 0, (byte)'b', (byte)'c']),
        Body(EightInputs, [.. new byte[16], 1, 0, 0, 60]),
        [0, 0, .. new byte[16]],
    ];

    public bool IsDocumented(Exception exception) => ServedInputs.IsRefusal(exception);

    public void Run(byte[] input)
    {
        if (input.Length < 2)
        {
            return;
        }

        var length = Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(input), input.Length - 2);
        ReadOnlyMemory<byte> binary = input.AsMemory(2 + length);
        if (length == 0)
        {
            using var raw = ServedInputs.TensorsOf(ServedInputs.One);
            RawRequest.Read(binary, raw);
            TensorRoundTrip.Binary(raw);
            return;
        }

        ReadOnlySpan<byte> json = input.AsSpan(2, length);
        if (!Utf8.IsValid(json))
        {
            return; // Bodies are checked before they are read.
        }

        var text = (NonFinite.Quote(json) is { IsEmpty: false } quoted ? quoted : json).ToArray();
        ServedInputs.Each(model =>
        {
            using var tensors = ServedInputs.TensorsOf(model);
            OpenInferenceRequest.Read(text, binary, tensors, static part => new byte[Math.Clamp(part.Size, 0, 64)]);
            TensorRoundTrip.Binary(tensors);
        });
    }

    private const string EightInputs =
        """
        {"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","parameters":{"binary_data_size":16}},{"name":"n","shape":[1],"datatype":"INT64","data":[-5]},
        {"name":"t","shape":[1],"datatype":"BYTES","data":["a"]},{"name":"b","shape":[1,2],"datatype":"BOOL","data":[true,false]},
        {"name":"h","shape":[2],"datatype":"FP16","parameters":{"binary_data_size":4}},{"name":"u","shape":[2,1],"datatype":"UINT8","data":[[1],[255]]},
        {"name":"d","shape":[],"datatype":"FP64","data":[0.5]},{"name":"s","shape":[2,3],"datatype":"INT16","data":[1,2,3,4,5,6]}]}
        """;

    private static byte[] Body(string json, byte[]? binary = null)
        => [(byte)json.Length, (byte)(json.Length >> 8), .. Encoding.UTF8.GetBytes(json), .. binary ?? []];
}
