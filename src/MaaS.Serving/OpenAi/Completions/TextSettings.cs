using System.Globalization;
using System.Text.Json;
using MaaS.Core.Generation;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;

namespace MaaS.Serving.OpenAi.Completions;

/// <summary>What chats and completions ask for alike.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Options">How tokens are chosen; without a limit of their number.</param>
/// <param name="MaxTokens">Most tokens of an answer; null where the request does not say.</param>
/// <param name="Choices">Answers to each prompt.</param>
/// <param name="IsStream">Whether pieces are sent as they come.</param>
/// <param name="IncludesUsage">Whether a stream ends with the tokens that it took.</param>
internal sealed record TextSettings(
    string Model, GenerationOptions Options, int? MaxTokens, int Choices, bool IsStream, bool IncludesUsage)
{
    /// <summary>Most answers of a request, over all of its prompts.</summary>
    public const int MaxChoices = 128;

    private const int MaxStops = 4, MaxStopLength = 1000;

    /// <summary>Most tokens of an answer where the request does not say, fewer where the context takes fewer.</summary>
    public int UsualMaxTokens { get; init; } = int.MaxValue;

    /// <summary>Reads the members that both have.</summary>
    /// <param name="fields">The request.</param>
    /// <param name="maxTokens">As the request has it.</param>
    /// <exception cref="RequestException">400, with the member at fault.</exception>
    public static TextSettings Read(RequestFields fields, int? maxTokens)
    {
        var isStream = fields.Flag("stream") ?? false;
        var options = new GenerationOptions
        {
            Temperature = fields.Number("temperature", 0, 2) ?? 1,
            TopP = fields.Number("top_p", 0, 1) is not { } topP ? 1
                : topP > 0 ? topP : throw RequestFields.Fault("top_p", "expected a number above 0, to 1, got 0"),
            TopK = fields.Integer("top_k", 0, int.MaxValue) ?? 0,
            MinP = fields.Number("min_p", 0, 1) ?? 0,
            RepetitionPenalty = fields.Number("repetition_penalty", 0.01, 100) ?? 1,
            FrequencyPenalty = fields.Number("frequency_penalty", -2, 2) ?? 0,
            PresencePenalty = fields.Number("presence_penalty", -2, 2) ?? 0,
            Seed = SeedOf(fields),
            StopTexts = StopsOf(fields),
            LogitBias = BiasOf(fields),
        };
        return new TextSettings(
            fields.Text("model") ?? throw RequestFields.Fault("model", "expected the name of a model, got none"),
            options, maxTokens, fields.Integer("n", 1, MaxChoices) ?? 1, isStream, UsageOf(fields, isStream));
    }

    /// <summary>The same for texts that an adapter writes.</summary>
    /// <param name="adapter">One of the model's; null for the model alone.</param>
    public TextSettings With(string? adapter) => this with { Options = Options with { Adapter = adapter } };

    /// <summary>The texts to be written.</summary>
    /// <param name="runner">Writes them.</param>
    /// <param name="prompts">Tokens of each prompt.</param>
    /// <param name="parameter">The member with the prompts.</param>
    /// <param name="limitParameter">The member with the limit of tokens.</param>
    /// <returns>The choices of the first prompt, then those of the second, and so on.</returns>
    /// <exception cref="RequestException">400: a prompt is empty, or does not fit into the context with its
    /// answer.</exception>
    public TextJob[] Jobs(
        GenerationRunner runner, IReadOnlyList<long[]> prompts, string parameter, string limitParameter)
    {
        ThrowIfTooMany(runner, prompts.Count);
        if (Options.LogitBias.Keys.FirstOrDefault(t => t >= runner.Tokenizer.VocabSize) is > 0 and var unknown)
        {
            throw RequestFields.Fault(
                "logit_bias", $"expected tokens from 0 to {runner.Tokenizer.VocabSize - 1}, got {unknown}");
        }

        return
        [
            .. prompts.SelectMany(prompt => Enumerable.Range(0, Choices).Select(choice => new TextJob(
                prompt,
                Options with
                {
                    MaxNewTokens = LimitOf(runner, prompt.Length, parameter, limitParameter),
                    // Answers of one request differ, and are the same again with the next one.
                    Seed = Options.Seed + choice,
                }))),
        ];
    }

    /// <summary>Looks at the number of answers, before the prompts are read.</summary>
    /// <param name="runner">Writes them.</param>
    /// <param name="prompts">Number of prompts.</param>
    /// <exception cref="RequestException">400: more than a request may have.</exception>
    public void ThrowIfTooMany(GenerationRunner runner, int prompts)
    {
        // More than the model takes at once would be turned away as "try later" whenever they came.
        var most = Math.Min(MaxChoices, runner.MaxTexts);
        if (prompts * (long)Choices > most)
        {
            throw RequestFields.Fault(
                "n", $"expected at most {most} answers over all prompts, got {prompts * (long)Choices}");
        }
    }

    private int LimitOf(GenerationRunner runner, int prompt, string parameter, string limitParameter)
    {
        const string TooLong = "context_length_exceeded";
        if (prompt == 0)
        {
            throw RequestFields.Fault(parameter, "expected a prompt of at least one token, got none");
        }

        var room = runner.MaxLength - prompt;
        return room < 1
            ? throw RequestFields.Fault(
                parameter,
                $"expected fewer than {runner.MaxLength} tokens, the context of this model, got {prompt}", TooLong)
            : MaxTokens > room
            ? throw RequestFields.Fault(
                limitParameter,
                $"expected at most {room}, as the context of this model is {runner.MaxLength} tokens and the prompt "
                    + $"{prompt}, got {MaxTokens}", TooLong)
            : MaxTokens ?? (int)Math.Min(room, UsualMaxTokens);
    }

    private static long? SeedOf(RequestFields fields)
        => fields.Find("seed") is not { } value ? null
            : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var seed)
                && seed <= long.MaxValue - MaxChoices ? seed
            : throw RequestFields.Fault("seed", $"expected a whole number of 64 bits, got {RequestFields.Kind(value)}");

    private static string[] StopsOf(RequestFields fields)
    {
        if (fields.Find("stop") is not { } value)
        {
            return [];
        }

        string[] stops = value.ValueKind == JsonValueKind.String ? [RequestFields.TextOf(value, "stop")]
            : [.. fields.Items("stop")!.Select(static s => RequestFields.TextOf(s.Value, s.Path))];
        return stops.Length <= MaxStops && stops.All(static s => s.Length is > 0 and <= MaxStopLength) ? stops
            : throw RequestFields.Fault(
                "stop", $"expected at most {MaxStops} texts of 1 to {MaxStopLength} characters, got {stops.Length} of "
                    + $"[{string.Join(", ", stops.Select(static s => s.Length))}]");
    }

    private static Dictionary<long, double> BiasOf(RequestFields fields)
    {
        var bias = new Dictionary<long, double>();
        if (fields.Find("logit_bias") is { } value)
        {
            if (value.ValueKind != JsonValueKind.Object)
            {
                throw RequestFields.Fault("logit_bias", $"expected an object, got {RequestFields.Kind(value)}");
            }

            foreach (var member in value.EnumerateObject())
            {
                if (!int.TryParse(member.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var token)
                    || member.Value.ValueKind != JsonValueKind.Number
                    || !member.Value.TryGetDouble(out var number) || number is not (>= -100 and <= 100))
                {
                    throw RequestFields.Fault("logit_bias", "expected numbers from -100 to 100 by token");
                }

                bias[token] = number;
            }
        }

        return bias;
    }

    private static bool UsageOf(RequestFields fields, bool isStream)
    {
        if (fields.Find("stream_options") is not { } value)
        {
            return false;
        }

        var options = new RequestFields(value, "stream_options");
        var includes = options.Flag("include_usage") ?? false;
        if (options.Flag("include_obfuscation") == true)
        {
            throw RequestFields.Fault(
                "stream_options.include_obfuscation", "not done by this server", "unsupported_parameter");
        }

        options.Finish();
        return isStream ? includes
            : throw RequestFields.Fault("stream_options", "expected it with \"stream\": true alone");
    }
}
