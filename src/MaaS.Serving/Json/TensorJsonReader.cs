using System.Text.Json;
using MaaS.Serving.Faults;

namespace MaaS.Serving.Json;

/// <summary>Reads nested JSON arrays into a <see cref="TensorBuffer"/> and finds their shape.</summary>
internal static class TensorJsonReader
{
    /// <summary>Deepest nesting; no model has more axes.</summary>
    private const int MaxRank = 32;

    /// <summary>Appends the value that the reader stands on, and leaves the reader at its end.</summary>
    /// <param name="reader">Made for <paramref name="json"/>, or for the rest of it.</param>
    /// <param name="json">The whole text.</param>
    /// <param name="target">Gets the elements.</param>
    /// <returns>The value's shape; empty for a scalar.</returns>
    /// <exception cref="RequestException">400: rows of different lengths, or a value of another type.</exception>
    /// <exception cref="JsonException">The text is no JSON.</exception>
    public static long[] Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, TensorBuffer target)
    {
        Span<long> sizes = stackalloc long[MaxRank];
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            var start = Position(reader, json);
            var length = NumberArray.Read(json[start..], target, sizes, out var axes);
            if (length > 0)
            {
                // The reader goes on at the last bracket, as if the array were empty.
                reader = new Utf8JsonReader(json[(start + length - 1)..], isFinalBlock: true, reader.CurrentState);
                reader.Read();
                return sizes[..axes].ToArray();
            }
        }

        sizes.Fill(-1);
        var rank = -1;
        Read(ref reader, target, sizes, depth: 0, ref rank);

        // No scalar was met: the innermost arrays are empty.
        rank = rank >= 0 ? rank : sizes.IndexOf(-1L);
        return sizes[..rank].ToArray();
    }

    /// <summary>Where in a text the token is that the reader stands on, be the reader made for all of it or for its
    /// rest.</summary>
    public static int Position(in Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        json.Overlaps(reader.ValueSpan, out var position);
        return position;
    }

    private static void Read(
        ref Utf8JsonReader reader, TensorBuffer target, scoped Span<long> sizes, int depth, ref int rank)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            if (rank >= 0 ? rank != depth : sizes[depth] >= 0)
            {
                throw Ragged(target, "values and arrays side by side");
            }

            rank = depth;
            AppendScalar(ref reader, target);
            return;
        }

        if (depth + 1 >= MaxRank || rank >= 0 && depth >= rank)
        {
            throw Ragged(
                target, depth + 1 >= MaxRank ? $"more than {MaxRank - 1} levels" : "values and arrays side by side");
        }

        long count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            Read(ref reader, target, sizes, depth + 1, ref rank);
            count++;
        }

        if (sizes[depth] >= 0 && sizes[depth] != count)
        {
            throw Ragged(target, $"arrays of {sizes[depth]} and of {count} on level {depth + 1}");
        }

        sizes[depth] = count;
    }

    private static void AppendScalar(ref Utf8JsonReader reader, TensorBuffer target)
    {
        if (reader.TokenType != JsonTokenType.StartObject || target.Type != Onnx.Inference.ElementType.String)
        {
            target.Append(ref reader);
            return;
        }

        // {"b64": "…"}
        if (!reader.Read() || reader.TokenType != JsonTokenType.PropertyName || !JsonText.Is(reader, "b64"u8)
            || !reader.Read() || reader.TokenType != JsonTokenType.String
            || !JsonText.TryGetBase64(reader, out var bytes) || !reader.Read()
            || reader.TokenType != JsonTokenType.EndObject)
        {
            throw RequestException.BadRequest(
                $"input '{target.Name}': expected text or {{\"b64\": base64}}, got another object");
        }

        target.Append(Onnx.Inference.ByteText.Decode(bytes));
    }

    private static RequestException Ragged(TensorBuffer target, string got)
        => RequestException.BadRequest($"input '{target.Name}': expected nested arrays of equal lengths, got {got}");
}
