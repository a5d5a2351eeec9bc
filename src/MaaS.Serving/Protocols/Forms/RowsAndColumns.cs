using System.Text.Json;
using MaaS.Serving.Faults;
using MaaS.Serving.Json;

namespace MaaS.Serving.Protocols.Forms;

/// <summary>Reads a model's inputs from JSON: a sample at a time, or a tensor at a time.</summary>
internal static class RowsAndColumns
{
    /// <summary>Reads <c>instances</c>: samples, bare or as objects of inputs by name.</summary>
    /// <exception cref="RequestException">Invalid argument, with what was expected.</exception>
    public static void ReadRows(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, RequestTensors tensors)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw RequestException.BadRequest($"instances: expected an array of samples, got {reader.TokenType}");
        }

        var first = reader;
        first.Read();
        if (!IsNamed(first))
        {
            var only = tensors.Only("each instance to be an object");
            tensors.Complete(only, TensorJsonReader.Read(ref reader, json, tensors.Buffer(only)));
            return;
        }

        var shapes = new long[]?[tensors.Specs.Count];
        var rows = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            ReadRow(ref reader, json, tensors, shapes, rows++);
        }

        for (var i = 0; i < shapes.Length; i++)
        {
            if (shapes[i] is { } shape)
            {
                tensors.Complete(i, [rows, .. shape]);
            }
        }
    }

    private static void ReadRow(
        ref Utf8JsonReader reader, ReadOnlySpan<byte> json, RequestTensors tensors, long[]?[] shapes, int row)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw RequestException.BadRequest(
                $"instances: expected each to be an object, got {reader.TokenType} as instance {row}");
        }

        Span<bool> seen = stackalloc bool[Math.Min(shapes.Length, 1024)];
        seen = shapes.Length <= seen.Length ? seen : new bool[shapes.Length];
        seen.Clear();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var input = tensors.IndexOf(JsonText.Get(reader));
            if (seen[input])
            {
                throw RequestException.BadRequest(
                    $"input '{tensors.Specs[input].Name}': expected it once, got it twice in instance {row}");
            }

            if (row > 0 && shapes[input] is null)
            {
                throw RequestException.BadRequest(
                    $"instances: expected the same inputs in all, instance {row} has '{tensors.Specs[input].Name}' "
                        + "and those before have not");
            }

            seen[input] = true;
            reader.Read();
            var shape = TensorJsonReader.Read(ref reader, json, tensors.Buffer(input));
            shapes[input] ??= shape;
            if (!shape.AsSpan().SequenceEqual(shapes[input]))
            {
                throw RequestException.BadRequest(
                    $"input '{tensors.Specs[input].Name}': expected instances of one shape, got "
                        + $"[{string.Join(',', shapes[input]!)}] and [{string.Join(',', shape)}]");
            }
        }

        for (var i = 0; i < shapes.Length; i++)
        {
            if (!seen[i] && shapes[i] is not null)
            {
                throw RequestException.BadRequest(
                    $"instances: expected the input '{tensors.Specs[i].Name}' in instance {row}, it is missing");
            }
        }
    }

    /// <summary>Reads <c>inputs</c>: one tensor, or an object of tensors by name.</summary>
    /// <exception cref="RequestException">Invalid argument, with what was expected.</exception>
    public static void ReadColumns(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, RequestTensors tensors)
    {
        if (!IsNamed(reader))
        {
            var only = tensors.Only("an object");
            tensors.Complete(only, TensorJsonReader.Read(ref reader, json, tensors.Buffer(only)));
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var input = tensors.IndexOf(JsonText.Get(reader));
            reader.Read();
            tensors.Complete(input, TensorJsonReader.Read(ref reader, json, tensors.Buffer(input)));
        }
    }

    /// <summary>Whether a value is an object of inputs by name; <c>{"b64": …}</c> is a value.</summary>
    private static bool IsNamed(Utf8JsonReader reader)
        => reader.TokenType == JsonTokenType.StartObject && reader.Read()
            && !(reader.TokenType == JsonTokenType.PropertyName && JsonText.Is(reader, "b64"u8));
}
