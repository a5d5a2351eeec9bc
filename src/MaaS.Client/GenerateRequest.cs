namespace MaaS.Client;

/// <summary>A text for a language model to continue.</summary>
/// <param name="model">A package of task <c>text-generation</c>.</param>
/// <param name="prompt">What to continue.</param>
public sealed class GenerateRequest(string model, string prompt) : ModelRequest(model)
{
    /// <summary>What to continue.</summary>
    public string Prompt { get; } = prompt;

    /// <summary>Most tokens to write; null for the server's default.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>0 takes the likeliest token always; null for the server's default.</summary>
    public double? Temperature { get; init; }

    /// <summary>Only so many likeliest tokens; null for all.</summary>
    public int? TopK { get; init; }

    /// <summary>Only the fewest likeliest tokens that reach this probability; null for all.</summary>
    public double? TopP { get; init; }

    /// <summary>Above 1 tokens that came already are less likely; null for the server's default.</summary>
    public double? RepetitionPenalty { get; init; }

    /// <summary>The same seed gives the same text; null for chance.</summary>
    public int? Seed { get; init; }

    /// <summary>Further tokens that end the text, by id; null for the package's own alone.</summary>
    public IReadOnlyList<int>? StopTokens { get; init; }
}
