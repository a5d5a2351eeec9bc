using System.Text.Json;
using MaaS.Core.Inference;
using MaaS.Serving.Http;
using MaaS.Serving.Json;

namespace MaaS.Serving.Protocols;

/// <summary>A JSON inference request of the Open Inference Protocol besides its tensors.</summary>
/// <param name="Id">To be echoed; null when the client gave none.</param>
/// <param name="Outputs">Outputs wanted; null for all.</param>
internal sealed record OpenInferenceRequest(string? Id, IReadOnlyList<string>? Outputs)
{
    /// <summary>Reads a request in one pass; only where <c>data</c> stands before shape and type is it read twice.</summary>
    /// <exception cref="RequestException">400, with what was expected.</exception>
    public static OpenInferenceRequest Read(ReadOnlySpan<byte> json, RequestTensors tensors)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw RequestException.BadRequest($"expected an object with 'inputs', got {reader.TokenType}");
        }

        string? id = null;
        List<string>? outputs = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (JsonText.Is(reader, "id"u8))
            {
                reader.Read();
                id = Text(ref reader, "id");
            }
            else if (JsonText.Is(reader, "inputs"u8))
            {
                reader.Read();
                Expect(reader, JsonTokenType.StartArray, "inputs");
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    Expect(reader, JsonTokenType.StartObject, "inputs");
                    ReadInput(ref reader, json, tensors);
                }
            }
            else if (JsonText.Is(reader, "outputs"u8))
            {
                reader.Read();
                outputs = ReadOutputs(ref reader);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        reader.Read(); // Throws where something follows the object.
        tensors.ThrowIfIncomplete();
        return new OpenInferenceRequest(id, outputs is { Count: > 0 } ? outputs : null);
    }

    private static void ReadInput(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, RequestTensors tensors)
    {
        string? name = null, datatype = null;
        long[]? shape = null, found = null;
        int? dataStart = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (JsonText.Is(reader, "name"u8))
            {
                ThrowIfTwice(name, "name");
                reader.Read();
                name = Text(ref reader, "name");
            }
            else if (JsonText.Is(reader, "datatype"u8))
            {
                ThrowIfTwice(datatype, "datatype");
                reader.Read();
                datatype = Text(ref reader, "datatype");
            }
            else if (JsonText.Is(reader, "shape"u8))
            {
                ThrowIfTwice(shape, "shape");
                reader.Read();
                shape = ReadShape(ref reader);
            }
            else if (JsonText.Is(reader, "data"u8))
            {
                ThrowIfTwice(dataStart, "data");
                reader.Read();
                dataStart = (int)reader.TokenStartIndex;
                if (name is not null && datatype is not null)
                {
                    found = TensorJsonReader.Read(ref reader, Buffer(tensors, name, datatype));
                }
                else
                {
                    reader.Skip();
                }
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        if (name is null || datatype is null || shape is null || dataStart is null)
        {
            throw RequestException.BadRequest(
                $"input '{name}': expected name, datatype, shape and data; binary tensor data is not supported");
        }

        if (found is null)
        {
            var again = new Utf8JsonReader(json[dataStart.Value..]);
            again.Read();
            found = TensorJsonReader.Read(ref again, Buffer(tensors, name, datatype));
        }

        Complete(tensors, name, shape, found);
    }

    // Elements are collected as they come: a second name or second data would mix two tensors.
    private static void ThrowIfTwice(object? before, string member)
    {
        if (before is not null)
        {
            throw RequestException.BadRequest($"inputs: expected '{member}' once in each, got it twice");
        }
    }

    private static TensorBuffer Buffer(RequestTensors tensors, string name, string datatype)
    {
        var input = tensors.IndexOf(name);
        return ElementTypes.TryFromProtocol(datatype, out var type) ? tensors.Buffer(input, type)
            : throw RequestException.BadRequest($"input '{name}': expected a datatype as {tensors.Specs[input].Type.ProtocolName()}, got '{datatype}'");
    }

    /// <summary>Data may be flat or nested as the shape says.</summary>
    private static void Complete(RequestTensors tensors, string name, long[] shape, long[] found)
    {
        var input = tensors.IndexOf(name);
        Int128 count = 1;
        foreach (var size in shape)
        {
            count = Int128.Min(count * Math.Max(size, 0), long.MaxValue);
        }

        var fits = found.AsSpan().SequenceEqual(shape) || (found.Length <= 1 && tensors.Buffer(input).Count == count);
        if (!fits || shape.Any(s => s < 0))
        {
            throw RequestException.BadRequest(
                $"input '{name}': expected data for the shape [{string.Join(',', shape)}], flat or nested, got [{string.Join(',', found)}]");
        }

        tensors.Complete(input, shape);
    }

    private static long[] ReadShape(ref Utf8JsonReader reader)
    {
        Expect(reader, JsonTokenType.StartArray, "shape");
        List<long> shape = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            shape.Add(reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var size) ? size
                : throw RequestException.BadRequest("shape: expected integers"));
        }

        return [.. shape];
    }

    private static List<string> ReadOutputs(ref Utf8JsonReader reader)
    {
        Expect(reader, JsonTokenType.StartArray, "outputs");
        List<string> outputs = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            Expect(reader, JsonTokenType.StartObject, "outputs");
            string? name = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isName = JsonText.Is(reader, "name"u8);
                reader.Read();
                if (isName)
                {
                    name = Text(ref reader, "name");
                }

                reader.Skip();
            }

            outputs.Add(name ?? throw RequestException.BadRequest("outputs: expected a name in each, it is missing"));
        }

        return outputs;
    }

    private static string Text(ref Utf8JsonReader reader, string member)
        => reader.TokenType == JsonTokenType.String ? JsonText.Get(reader)
            : throw RequestException.BadRequest($"{member}: expected a text, got {reader.TokenType}");

    private static void Expect(in Utf8JsonReader reader, JsonTokenType type, string member)
    {
        if (reader.TokenType != type)
        {
            throw RequestException.BadRequest($"{member}: expected {(type == JsonTokenType.StartArray ? "an array" : "objects")}, got {reader.TokenType}");
        }
    }
}
