using System.Text.Json;
using MaaS.Onnx.Inference;
using MaaS.Serving.Faults;
using MaaS.Serving.Json;
using MaaS.Serving.Protocols.Forms;

namespace MaaS.Serving.Protocols.TensorFlow;

/// <summary>Reads a list of examples: features by the names of the model's inputs, and a context that all
/// share.</summary>
internal static class ExamplesRequest
{
    /// <summary>Reads a request.</summary>
    /// <param name="json">The body.</param>
    /// <param name="tensors">Gets the inputs: one row for each example.</param>
    /// <returns>Number of examples.</returns>
    /// <exception cref="RequestException">400, with what was expected.</exception>
    public static int Read(ReadOnlySpan<byte> json, RequestTensors tensors)
    {
        var (examples, context) = Find(json);
        var counts = new int?[tensors.Specs.Count];
        var reader = new Utf8JsonReader(json[examples..]);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw RequestException.BadRequest($"examples: expected an array of objects, got {reader.TokenType}");
        }

        var rows = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var seen = new bool[counts.Length];
            ReadFeatures(ref reader, json, tensors, counts, seen, rows);
            if (context is { } at)
            {
                var shared = new Utf8JsonReader(json[at..]);
                shared.Read();
                ReadFeatures(ref shared, json, tensors, counts, seen, rows);
            }

            for (var i = 0; i < seen.Length; i++)
            {
                if (!seen[i] && counts[i] is not null)
                {
                    throw RequestException.BadRequest(
                        $"examples: expected the feature '{tensors.Specs[i].Name}' in example {rows}, it is missing");
                }
            }

            rows++;
        }

        if (rows == 0)
        {
            throw RequestException.BadRequest("examples: expected at least one, got none");
        }

        for (var i = 0; i < counts.Length; i++)
        {
            if (counts[i] is { } count)
            {
                tensors.Complete(i, Shape(tensors.Specs[i], rows, count));
            }
        }

        return rows;
    }

    /// <summary>Where the examples and the context stand: their order is the client's choice.</summary>
    private static (int Examples, int? Context) Find(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw RequestException.BadRequest($"expected an object with 'examples', got {reader.TokenType}");
        }

        int? examples = null, context = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isExamples = JsonText.Is(reader, "examples"u8);
            var isContext = JsonText.Is(reader, "context"u8);
            var isSignature = JsonText.Is(reader, "signature_name"u8);
            reader.Read();
            if (isExamples)
            {
                examples = examples is null
                    ? (int)reader.TokenStartIndex
                    : throw RequestException.BadRequest("expected 'examples' once, got it twice");
            }
            else if (isContext)
            {
                context = context is null
                    ? (int)reader.TokenStartIndex
                    : throw RequestException.BadRequest("expected 'context' once, got it twice");
            }

            RequestObject.CheckSignature(ref reader, isSignature);
        }

        reader.Read(); // Throws where something follows the object.
        return (examples ?? throw RequestException.BadRequest("expected an object with 'examples', got none"), context);
    }

    private static void ReadFeatures(
        ref Utf8JsonReader reader, ReadOnlySpan<byte> json, RequestTensors tensors, int?[] counts, bool[] seen, int row)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw RequestException.BadRequest(
                $"examples: expected objects of features, got {reader.TokenType} as example {row}");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var input = tensors.IndexOf(JsonText.Get(reader));
            var name = tensors.Specs[input].Name;
            if (seen[input])
            {
                throw RequestException.BadRequest(
                    $"examples: expected the feature '{name}' once in example {row} and the context, got it twice");
            }

            if (row > 0 && counts[input] is null)
            {
                throw RequestException.BadRequest(
                    $"examples: expected the same features in all, example {row} has '{name}' and those before have "
                        + "not");
            }

            seen[input] = true;
            var buffer = tensors.Buffer(input);
            var before = buffer.Count;
            reader.Read();
            TensorJsonReader.Read(ref reader, json, buffer);
            var count = buffer.Count - before;
            counts[input] ??= count;
            if (counts[input] != count)
            {
                throw RequestException.BadRequest(
                    $"examples: expected as many values of '{name}' in each, got {counts[input]} and {count}");
            }
        }
    }

    /// <summary>A feature is a flat list; the model says how it is shaped.</summary>
    public static long[] Shape(TensorSpec spec, int rows, int count)
    {
        if (spec.Shape.Count == 1 && count == 1)
        {
            return [rows];
        }

        long[] shape = [rows, .. spec.Shape.Skip(1)];
        var rest = spec.Shape.Skip(1).Where(s => s >= 0).Aggregate(1L, (product, size) => product * size);
        if (spec.Shape.Skip(1).Count(s => s < 0) == 1 && rest > 0)
        {
            shape[Array.IndexOf(shape, -1L)] = count / rest;
        }

        return shape.Length > 1 && shape.Skip(1).Aggregate(1L, (product, size) => product * size) == count ? shape
            : throw RequestException.BadRequest(
                $"examples: expected values that fill {spec.Description()}, got {count} values of '{spec.Name}' in "
                    + "each");
    }
}
