using MaaS.Core.Generation;
using MaaS.Core.Generation.Batching;
using MaaS.Serving.Faults;

namespace MaaS.Serving.Execution;

/// <summary>A language model that several requests continue texts with.</summary>
internal interface ITokenSource : IDisposable
{
    /// <summary>Longest sequence in tokens, the prompt included.</summary>
    long MaxLength { get; }

    /// <summary>Names of the adapters that texts may be written with.</summary>
    IReadOnlyCollection<string> Adapters => [];

    /// <summary>What goes on where texts share the model; null where they take turns.</summary>
    GenerationEngineStatus? Status { get; }

    /// <summary>Continues tokens; whoever asks holds a lease on the model until the last.</summary>
    /// <exception cref="Onnx.Inference.ModelInputException">The prompt has no tokens, or too many.</exception>
    /// <exception cref="DeadlineExceededException">The deadline passed before the next token.</exception>
    IAsyncEnumerable<GeneratedToken> RunAsync(
        IReadOnlyList<long> prompt, GenerationOptions options, RequestContext client,
        CancellationToken cancellationToken);
}
