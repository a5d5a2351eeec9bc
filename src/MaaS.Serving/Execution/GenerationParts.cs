using MaaS.Core.Generation.Adapters;
using MaaS.Core.Generation.Chat;
using MaaS.Text;

namespace MaaS.Serving.Execution;

/// <summary>The parts of a language model's package beside its network.</summary>
/// <param name="Tokenizer">The model's own.</param>
/// <param name="Adapters">What texts may be written with; empty for none.</param>
/// <param name="Draft">A small network that guesses tokens ahead; null for none.</param>
/// <param name="Chat">Turns conversations into prompts, or why its template is not supported; null for no
/// template.</param>
internal sealed record GenerationParts(
    Tokenizer Tokenizer, IReadOnlyList<AdapterWeights> Adapters, byte[]? Draft,
    (ChatTemplate? Template, string? Fault) Chat);
