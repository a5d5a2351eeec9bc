namespace MaaS.Client;

/// <summary>A piece of a text that a language model writes, or all of it.</summary>
/// <param name="Text">Whole characters; the prompt is not repeated. May be empty.</param>
/// <param name="FinishReason"><c>stop</c> or <c>length</c> with the last piece; null before.</param>
/// <param name="Tokens">Number of tokens of the whole text, with the last piece; null before.</param>
public sealed record GeneratedText(string Text, string? FinishReason, int? Tokens);
