using System.Text.Json;
using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;
using MaaS.Serving.Json;
using MaaS.Serving.Protocols.SharedMemory;

namespace MaaS.Serving.Protocols.OpenInference;

/// <summary>Reads the inputs of a request, from JSON or from the bytes that follow it.</summary>
/// <param name="tensors">Gets them.</param>
/// <param name="binary">What follows the JSON part, in the order of the inputs.</param>
/// <param name="shared">Reads a part of shared memory.</param>
internal sealed class OpenInferenceInputs(
    RequestTensors tensors, ReadOnlyMemory<byte> binary, Func<SharedPart, byte[]> shared)
{
    private ReadOnlyMemory<byte> _left = binary;

    /// <summary>Reads the object that the reader stands on.</summary>
    /// <exception cref="RequestException">400, with what was expected.</exception>
    public void Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        string? name = null, datatype = null;
        long[]? shape = null, found = null;
        int? dataStart = null;
        var parameters = new InferParameters();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (JsonText.Is(reader, "name"u8))
            {
                ThrowIfTwice(name, "name");
                reader.Read();
                name = JsonMember.Text(ref reader, "name");
            }
            else if (JsonText.Is(reader, "datatype"u8))
            {
                ThrowIfTwice(datatype, "datatype");
                reader.Read();
                datatype = JsonMember.Text(ref reader, "datatype");
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
                dataStart = TensorJsonReader.Position(reader, json);
                if (name is not null && datatype is not null)
                {
                    found = TensorJsonReader.Read(ref reader, json, Buffer(name, datatype));
                }
                else
                {
                    reader.Skip();
                }
            }
            else if (JsonText.Is(reader, "parameters"u8))
            {
                reader.Read();
                parameters.Read(ref reader);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        if (name is null || datatype is null || shape is null
            || (dataStart is null ? 0 : 1) + (parameters.BinarySize is null ? 0 : 1)
            + (parameters.Shared is null ? 0 : 1) != 1)
        {
            throw RequestException.BadRequest(
                $"input '{name}': expected name, datatype, shape and one of data and the parameters binary_data_size "
                    + "and shared_memory_region");
        }

        if (parameters.Shared is { } part)
        {
            var input = tensors.IndexOf(name);
            tensors.Complete(input, part.Read(name, TypeOf(input, datatype), shape, shared));
            return;
        }

        if (parameters.BinarySize is { } size)
        {
            ReadBinary(name, datatype, shape, size);
            return;
        }

        if (found is null)
        {
            var again = new Utf8JsonReader(json[dataStart!.Value..]);
            again.Read();
            found = TensorJsonReader.Read(ref again, json, Buffer(name, datatype));
        }

        Complete(name, shape, found);
    }

    /// <exception cref="RequestException">400: no input claims the last bytes.</exception>
    public void ThrowIfBytesLeft()
    {
        if (!_left.IsEmpty)
        {
            throw RequestException.BadRequest(
                $"expected nothing after the binary tensors, got {_left.Length} more bytes; check binary_data_size");
        }
    }

    private void ReadBinary(string name, string datatype, long[] shape, long size)
    {
        if (size > _left.Length)
        {
            throw RequestException.BadRequest(
                $"input '{name}': expected {size} bytes after the JSON part, got {_left.Length}; check "
                    + "binary_data_size and Inference-Header-Content-Length");
        }

        var input = tensors.IndexOf(name);
        tensors.Complete(input, BinaryTensor.Read(name, TypeOf(input, datatype), shape, _left[..(int)size]));
        _left = _left[(int)size..];
    }

    // Elements are collected as they come: a second name or second data would mix two tensors.
    private static void ThrowIfTwice(object? before, string member)
    {
        if (before is not null)
        {
            throw RequestException.BadRequest($"inputs: expected '{member}' once in each, got it twice");
        }
    }

    private TensorBuffer Buffer(string name, string datatype)
    {
        var input = tensors.IndexOf(name);
        var type = TypeOf(input, datatype);
        return type is not (ElementType.Float16 or ElementType.BFloat16) ? tensors.Buffer(input, type)
            : throw RequestException.BadRequest(
                $"input '{name}': expected {datatype} as binary data, which JSON does not carry, got numbers");
    }

    private ElementType TypeOf(int input, string datatype)
        => ElementTypes.TryFromProtocol(datatype, out var type) ? type
            : throw RequestException.BadRequest(
                $"input '{tensors.Specs[input].Name}': expected a datatype as "
                    + $"{tensors.Specs[input].Type.ProtocolName()}, got '{datatype}'");

    /// <summary>Data may be flat or nested as the shape says.</summary>
    private void Complete(string name, long[] shape, long[] found)
    {
        var input = tensors.IndexOf(name);
        if (!found.AsSpan().SequenceEqual(shape)
            && (found.Length > 1 || tensors.Buffer(input).Count != BinaryTensor.Count(name, shape)))
        {
            throw RequestException.BadRequest(
                $"input '{name}': expected data for the shape [{string.Join(',', shape)}], flat or nested, got "
                    + $"[{string.Join(',', found)}]");
        }

        tensors.Complete(input, shape);
    }

    private static long[] ReadShape(ref Utf8JsonReader reader)
    {
        JsonMember.Expect(reader, JsonTokenType.StartArray, "shape");
        List<long> shape = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            shape.Add(reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var size) ? size
                : throw RequestException.BadRequest("shape: expected integers"));
        }

        return [.. shape];
    }
}
