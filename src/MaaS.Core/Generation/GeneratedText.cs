namespace MaaS.Core.Generation;

/// <summary>A piece of generated text.</summary>
/// <param name="Text">What follows the pieces before; may be empty while a character is not complete.</param>
/// <param name="Token">The token that it came from.</param>
/// <param name="Finish">Why this is the last piece; <see cref="FinishReason.None"/> for every other.</param>
public readonly record struct GeneratedText(string Text, long Token, FinishReason Finish);
