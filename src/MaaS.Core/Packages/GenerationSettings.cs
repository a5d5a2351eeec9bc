namespace MaaS.Core.Packages;

/// <summary>What a package says of a language model besides its network and its tokenizer.</summary>
/// <param name="MaxLength">Longest sequence in tokens, the prompt included; at least 1.</param>
/// <param name="StopTokens">Tokens that end a text, such as the end-of-text token.</param>
public sealed record GenerationSettings(long MaxLength, IReadOnlyList<long> StopTokens);
