using System.Text.Json;
using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;

namespace MaaS.Serving.OpenAi.Completions;

/// <summary>What a client asks for with <c>POST /v1/completions</c>.</summary>
/// <param name="Settings">What chats have as well.</param>
/// <param name="Texts">Prompts as texts; null where the client sends tokens.</param>
/// <param name="Tokens">Prompts as tokens; null where the client sends texts.</param>
internal sealed record CompletionRequest(
    TextSettings Settings, IReadOnlyList<string>? Texts, IReadOnlyList<long[]>? Tokens)
{
    private const int DefaultMaxTokens = 16, MostLogProbabilities = 5;

    /// <summary>Reads a request.</summary>
    /// <exception cref="Faults.RequestException">400, with the member at fault.</exception>
    public static CompletionRequest Read(RequestFields fields)
    {
        var prompt = fields.Need("prompt", "a text, an array of texts, or one or several arrays of tokens");
        var settings = TextSettings.Read(fields, fields.Integer("max_tokens", 1, int.MaxValue));
        settings = settings with
        {
            UsualMaxTokens = DefaultMaxTokens,
            Options = settings.Options with
            {
                TopLogProbabilities = fields.Integer("logprobs", 0, MostLogProbabilities),
            },
        };
        if ((fields.Integer("best_of", 1, int.MaxValue) ?? settings.Choices) != settings.Choices)
        {
            throw RequestFields.Fault(
                "best_of", "expected it to equal n, as every answer is given back", "unsupported_parameter");
        }

        if (fields.Flag("echo") == true)
        {
            throw RequestFields.Fault(
                "echo", "not done by this server; put the prompt before the text", "unsupported_parameter");
        }

        fields.Refuse("put it into the prompt of a model that was trained for that", "suffix");
        fields.Finish();
        if (prompt.ValueKind == JsonValueKind.String)
        {
            return new CompletionRequest(settings, [RequestFields.TextOf(prompt, "prompt")], null);
        }

        var items = fields.Items("prompt")!;
        return items.Count == 0
            ? throw RequestFields.Fault("prompt", "expected at least one prompt, got an empty array")
            : items[0].Value.ValueKind switch
            {
                JsonValueKind.String => new CompletionRequest(
                    settings, [.. items.Select(static i => RequestFields.TextOf(i.Value, i.Path))], null),
                JsonValueKind.Number => new CompletionRequest(settings, null, [TokensOf(prompt, "prompt")]),
                _ => new CompletionRequest(settings, null, [.. items.Select(static i => TokensOf(i.Value, i.Path))]),
            };
    }

    /// <summary>The tokens of each prompt.</summary>
    /// <exception cref="Faults.RequestException">400: there are too many, one is too long, or a token is none of the
    /// model's.</exception>
    public IReadOnlyList<long[]> Prompts(GenerationRunner runner)
    {
        Settings.ThrowIfTooMany(runner, Texts?.Count ?? Tokens!.Count);
        return Texts is { } texts ? [.. texts.Select(text => Encode(runner, text))]
            : Tokens!.SelectMany(static row => row)
                .FirstOrDefault(t => t >= runner.Tokenizer.VocabSize) is > 0 and var other
            ? throw RequestFields.Fault(
                "prompt", $"expected tokens from 0 to {runner.Tokenizer.VocabSize - 1}, got {other}")
            : Tokens!;
    }

    private static long[] Encode(GenerationRunner runner, string text)
    {
        try
        {
            return runner.Encode(text);
        }
        catch (ModelInputException e)
        {
            throw RequestFields.Fault("prompt", e.Message);
        }
    }

    private static long[] TokensOf(JsonElement value, string path)
        => value.ValueKind != JsonValueKind.Array
            ? throw RequestFields.Fault(path, $"expected an array of tokens, got {RequestFields.Kind(value)}")
            :
            [
                .. value.EnumerateArray().Select(
                    token => token.ValueKind == JsonValueKind.Number && token.TryGetInt32(out var id) && id >= 0
                        ? (long)id : throw RequestFields.Fault(path, "expected tokens, whole numbers of 0 or more")),
            ];
}
