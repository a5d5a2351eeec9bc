namespace MaaS.Core.Generation;

/// <summary>How a language model's next token is chosen, and when to stop.</summary>
/// <remarks>The steps come in the order penalties, bias, constraint, temperature, min-p, top-k, top-p, as in the common
/// libraries.</remarks>
public sealed record GenerationOptions
{
    /// <summary>The most alternatives that <see cref="TopLogProbabilities"/> may ask for.</summary>
    public const int MaxTopLogProbabilities = 20;

    /// <summary>Most tokens to generate, at least 1.</summary>
    public int MaxNewTokens { get; init; } = 64;

    /// <summary>Divides the logits, 0 or more: below 1 the likely tokens become likelier. 0 always takes the likeliest
    /// (greedy).</summary>
    public double Temperature { get; init; }

    /// <summary>Draws from the so many likeliest tokens only, the lower id first among equals; 0 for all.</summary>
    /// <remarks>Fan et al. 2018: Hierarchical neural story generation.</remarks>
    public int TopK { get; init; }

    /// <summary>Draws from the fewest likeliest tokens whose probabilities reach this sum, above 0 to 1; 1 for
    /// all.</summary>
    /// <remarks>Holtzman et al. 2020: The curious case of neural text degeneration (nucleus sampling).</remarks>
    public double TopP { get; init; } = 1;

    /// <summary>Draws only from tokens that are at least this share as probable as the likeliest, 0 to 1; 0 for
    /// all.</summary>
    /// <remarks>Nguyen et al. 2024: Turning up the heat: min-p sampling.</remarks>
    public double MinP { get; init; }

    /// <summary>Makes tokens of the prompt and the text so far less likely, from 0.01 to 100: positive logits are
    /// divided by it, negative ones multiplied; 1 for no change.</summary>
    /// <remarks>Keskar et al. 2019: CTRL, section 4.1.</remarks>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>Subtracted from a token's logit once for each time that it stands in the text so far, the prompt not
    /// counted; from −2 to 2, 0 for no change.</summary>
    public double FrequencyPenalty { get; init; }

    /// <summary>Subtracted from the logit of every token that stands in the text so far, the prompt not counted; from
    /// −2 to 2, 0 for no change.</summary>
    public double PresencePenalty { get; init; }

    /// <summary>Added to the logits of these tokens.</summary>
    public IReadOnlyDictionary<long, double> LogitBias { get; init; } = new Dictionary<long, double>();

    /// <summary>The same seed draws the same tokens from the same model; null for a new draw each time.</summary>
    public long? Seed { get; init; }

    /// <summary>Tokens that end the text, such as the end-of-text token.</summary>
    public IReadOnlyList<long> StopTokens { get; init; } = [];

    /// <summary>Texts that end the text: it stops before the one that is whole first, wherever tokens begin and
    /// end.</summary>
    public IReadOnlyList<string> StopTexts { get; init; } = [];

    /// <summary>How many alternatives each token comes with, 0 to <see cref="MaxTopLogProbabilities"/>; null for no
    /// log-probabilities at all.</summary>
    public int? TopLogProbabilities { get; init; }

    /// <summary>Name of the adapter that the text is written with, where the model has several; null for the model
    /// alone.</summary>
    public string? Adapter { get; init; }

    /// <summary>Which tokens may come, such as a grammar; null for any.</summary>
    public ITokenConstraint? Constraint { get; init; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">Something is out of its range; the message names all of it.</exception>
    public void Validate()
    {
        List<string> failures = [];
        void Check(bool holds, string name, string range, object? value)
        {
            if (!holds)
            {
                failures.Add($"expected {name} {range}, got {value}");
            }
        }

        Check(MaxNewTokens >= 1, nameof(MaxNewTokens), "of at least 1", MaxNewTokens);
        Check(Temperature >= 0 && double.IsFinite(Temperature), nameof(Temperature), "of 0 or more", Temperature);
        Check(TopK >= 0, nameof(TopK), "of 0 or more", TopK);
        Check(TopP is > 0 and <= 1, nameof(TopP), "above 0 to 1", TopP);
        Check(MinP is >= 0 and <= 1, nameof(MinP), "from 0 to 1", MinP);
        Check(
            RepetitionPenalty is >= 0.01 and <= 100, nameof(RepetitionPenalty), "from 0.01 to 100", RepetitionPenalty);
        Check(FrequencyPenalty is >= -2 and <= 2, nameof(FrequencyPenalty), "from −2 to 2", FrequencyPenalty);
        Check(PresencePenalty is >= -2 and <= 2, nameof(PresencePenalty), "from −2 to 2", PresencePenalty);
        Check(
            TopLogProbabilities is null or (>= 0 and <= MaxTopLogProbabilities), nameof(TopLogProbabilities),
            $"from 0 to {MaxTopLogProbabilities}", TopLogProbabilities);
        foreach (var (token, bias) in LogitBias)
        {
            Check(token >= 0 && Math.Abs(bias) <= 1e6, nameof(LogitBias), "of tokens and numbers from −1e6 to 1e6",
                $"{bias} for token {token}");
        }

        Check(!StopTexts.Contains(""), nameof(StopTexts), "of at least one character each", "an empty one");
        if (failures.Count > 0)
        {
            throw new ArgumentException($"{nameof(GenerationOptions)}: {string.Join("; ", failures)}.");
        }
    }
}
