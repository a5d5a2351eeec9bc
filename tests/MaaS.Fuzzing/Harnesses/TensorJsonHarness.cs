using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using MaaS.Fuzzing.Engine;
using MaaS.Onnx.Inference;
using MaaS.Serving.Json;

namespace MaaS.Fuzzing.Harnesses;

/// <summary>
/// Nested arrays of a request. The first byte chooses the type; the rest is the text. What was read is compared with
/// System.Text.Json's document, and with itself after it was written.
/// </summary>
internal sealed class TensorJsonHarness : IFuzzHarness
{
    private static readonly ElementType[] Types =
    [
        ElementType.Float32, ElementType.Float64, ElementType.Int64, ElementType.Int32, ElementType.UInt8,
        ElementType.Int16, ElementType.Int8,
        ElementType.UInt64, ElementType.UInt32, ElementType.UInt16, ElementType.Bool, ElementType.String,
    ];

    public string Name => "tensor-json";

    public IReadOnlyList<string> Words { get; } =
    [
        "[", "]", ",", "[[", "]]", "],[", "\"NaN\"", "\"Infinity\"", "true", "false", "null", "{\"b64\":\"w6Q=\"}",
        "1e38", "-0.0", "3.4028236e38", "1e-46",
        "9223372036854775807", "18446744073709551615", "0.1", "1E+2", "\"\\ud800\"", " ", "\n",
    ];

    public IReadOnlyList<byte[]> Seeds() =>
    [
        .. Enumerable.Range(0, 10).Select(i => (byte[])[(byte)i, .. "[[1,2,3],[4,5,6]]"u8]),
        [0, .. "[1.5,-2e-3,\"NaN\"]"u8], [1, .. "[[[0.1],[1e300]]]"u8], [10, .. "[true,false]"u8],
        [11, .. "[\"a\",{\"b64\":\"w6Q=\"}]"u8], [2, .. "7"u8], [0, .. "[[],[]]"u8],
    ];

    public bool IsDocumented(Exception exception) => ServedInputs.IsRefusal(exception);

    public void Run(byte[] input)
    {
        if (input.Length == 0 || !Utf8.IsValid(input.AsSpan(1)))
        {
            return; // Bodies are checked before they are read.
        }

        var type = Types[input[0] % Types.Length];
        var json = input.AsSpan(1);
        using var tensor = Read(json, type);
        Compare(tensor, json);
        var written = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(written))
        {
            TensorJsonWriter.WriteNested(writer, tensor);
        }

        // Empty axes behind the first empty one leave no trace in text.
        if (tensor.Count > 0)
        {
            var quoted = NonFinite.Quote(written.WrittenSpan);
            using var again = Read(quoted.IsEmpty ? written.WrittenSpan : quoted, type);
            TensorRoundTrip.Same(tensor, again);
        }
    }

    private static TensorValue Read(ReadOnlySpan<byte> json, ElementType type)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Read())
        {
            throw new JsonException("empty");
        }

        using var buffer = new TensorBuffer("x", type, expectedElements: 1);
        var shape = TensorJsonReader.Read(ref reader, json, buffer);
        reader.Read(); // Throws where something follows.
        return buffer.ToTensor(shape);
    }

    private static void Compare(TensorValue tensor, ReadOnlySpan<byte> json)
    {
        using var document = JsonDocument.Parse(Encoding.UTF8.GetString(json));
        var index = 0;
        Compare(document.RootElement, tensor, 0, ref index);
        FuzzFaultException.Unless(index == tensor.Count, $"expected {index} elements, got {tensor.Count}");
    }

    private static void Compare(JsonElement json, TensorValue tensor, int axis, ref int index)
    {
        if (axis < tensor.Shape.Length)
        {
            FuzzFaultException.Unless(
                json.GetArrayLength() == tensor.Shape[axis] || tensor.Count == 0,
                $"expected {json.GetArrayLength()} rows, got {tensor}");
            foreach (var item in json.EnumerateArray())
            {
                Compare(item, tensor, axis + 1, ref index);
            }

            return;
        }

        if (json.ValueKind == JsonValueKind.Number)
        {
            (object Expected, object Got) values = tensor.Type switch
            {
                ElementType.Float32 => (json.GetSingle(), tensor.AsSpan<float>()[index]),
                ElementType.Float64 => (json.GetDouble(), tensor.AsSpan<double>()[index]),
                ElementType.Int64 => (json.GetInt64(), tensor.AsSpan<long>()[index]),
                ElementType.Int32 => (json.GetInt32(), tensor.AsSpan<int>()[index]),
                ElementType.Int16 => (json.GetInt16(), tensor.AsSpan<short>()[index]),
                ElementType.Int8 => (json.GetSByte(), tensor.AsSpan<sbyte>()[index]),
                ElementType.UInt64 => (json.GetUInt64(), tensor.AsSpan<ulong>()[index]),
                ElementType.UInt32 => (json.GetInt64(), (long)tensor.AsSpan<uint>()[index]),
                ElementType.UInt16 => (json.GetInt64(), (long)tensor.AsSpan<ushort>()[index]),
                _ => (json.GetInt64(), (long)tensor.AsSpan<byte>()[index]),
            };
            FuzzFaultException.Unless(
                values.Expected.Equals(values.Got), $"element {index}: expected {values.Expected}, got {values.Got}");
        }

        index++;
    }
}
