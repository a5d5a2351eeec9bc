using System.Text.Json;
using MaaS.Core.Generation;
using MaaS.Serving.Faults;
using MaaS.Serving.Json;

namespace MaaS.Serving.Generation;

/// <summary>What a client asks of a language model. Options stand in <c>parameters</c> or beside the prompt.</summary>
/// <param name="Prompt">What to continue.</param>
/// <param name="Id">Comes back in the answer; null for none.</param>
/// <param name="Options">In their ranges.</param>
internal sealed record GenerateRequest(string Prompt, string? Id, GenerationOptions Options)
{
    private const string Members =
        "text_input, id, parameters, max_tokens, temperature, top_k, top_p, repetition_penalty, seed, stop_tokens "
            + "and stream";

    /// <summary>Reads a request.</summary>
    /// <param name="json">The body.</param>
    /// <param name="isStream">
    /// Whether the address is the one that streams; the member <c>stream</c> may only agree.
    /// </param>
    /// <exception cref="RequestException">400, with what was expected.</exception>
    public static GenerateRequest Read(ReadOnlySpan<byte> json, bool isStream)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw RequestException.BadRequest($"expected an object with text_input, got {reader.TokenType}");
        }

        string? prompt = null, id = null;
        var options = new GenerationOptions();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonText.Get(reader);
            reader.Read();
            switch (name)
            {
                case "text_input":
                    prompt = JsonMember.Text(ref reader, name);
                    break;
                case "id":
                    id = JsonMember.Text(ref reader, name);
                    break;
                case "parameters":
                    options = ReadParameters(ref reader, options, isStream);
                    break;
                default:
                    options = With(options, ref reader, name, isStream);
                    break;
            }
        }

        reader.Read(); // Throws where something follows the object.
        return new GenerateRequest(
            prompt ?? throw RequestException.BadRequest("expected text_input, got none"), id, Checked(options));
    }

    private static GenerationOptions ReadParameters(ref Utf8JsonReader reader, GenerationOptions options, bool isStream)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw RequestException.BadRequest($"parameters: expected an object, got {reader.TokenType}");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonText.Get(reader);
            reader.Read();
            options = With(options, ref reader, name, isStream);
        }

        return options;
    }

    private static GenerationOptions With(
        GenerationOptions options, ref Utf8JsonReader reader, string name, bool isStream) => name switch
        {
            "max_tokens" => options with { MaxNewTokens = Integer(ref reader, name) },
            "temperature" => options with { Temperature = Number(ref reader, name) },
            "top_k" => options with { TopK = Integer(ref reader, name) },
            "top_p" => options with { TopP = Number(ref reader, name) },
            "repetition_penalty" => options with { RepetitionPenalty = Number(ref reader, name) },
            "seed" => options with { Seed = Long(ref reader, name) },
            "stop_tokens" => options with { StopTokens = Integers(ref reader, name) },
            "stream" when reader.TokenType == (isStream ? JsonTokenType.True : JsonTokenType.False) => options,
            "stream" => throw RequestException.BadRequest(
                $"stream: expected {(isStream ? "true" : "false")} or nothing at this address; "
                    + $"{(isStream ? "generate answers" : "generate_stream streams")}, "
                    + $"{(isStream ? "this one streams" : "this one answers whole")}"),
            _ => throw RequestException.BadRequest($"expected {Members}, got '{name}'"),
        };

    private static int Integer(ref Utf8JsonReader reader, string name)
        => reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var value) ? value
            : throw RequestException.BadRequest($"{name}: expected an integer of 32 bits, got {reader.TokenType}");

    private static long Long(ref Utf8JsonReader reader, string name)
        => reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value) ? value
            : throw RequestException.BadRequest($"{name}: expected an integer of 64 bits, got {reader.TokenType}");

    private static double Number(ref Utf8JsonReader reader, string name)
        => reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var value) ? value
            : throw RequestException.BadRequest($"{name}: expected a number, got {reader.TokenType}");

    private static long[] Integers(ref Utf8JsonReader reader, string name)
    {
        JsonMember.Expect(reader, JsonTokenType.StartArray, name);
        List<long> values = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            values.Add(Integer(ref reader, name));
        }

        return [.. values];
    }

    private static GenerationOptions Checked(GenerationOptions options)
    {
        try
        {
            options.Validate();
            return options;
        }
        catch (ArgumentException e)
        {
            throw RequestException.BadRequest(e.Message);
        }
    }
}
