using MaaS.Core.Generation;

namespace MaaS.Serving.OpenAi.Completions;

/// <summary>One text to be written.</summary>
/// <param name="Prompt">Tokens to continue.</param>
/// <param name="Options">In their ranges.</param>
internal readonly record struct TextJob(IReadOnlyList<long> Prompt, GenerationOptions Options);

/// <summary>A piece of one of several texts.</summary>
/// <param name="Index">Which text.</param>
/// <param name="Piece">What follows its pieces before.</param>
internal readonly record struct TextPiece(int Index, GeneratedText Piece);
