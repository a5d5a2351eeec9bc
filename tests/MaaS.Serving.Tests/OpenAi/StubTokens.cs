using MaaS.Core.Generation;
using MaaS.Core.Generation.Batching;
using MaaS.Core.Packages;
using MaaS.Serving.Execution;
using MaaS.Text;

namespace MaaS.Serving.Tests.OpenAi;

/// <summary>A model of so many positions that writes nothing: for what comes before its first token.</summary>
internal sealed class StubTokens(long maxLength) : ITokenSource
{
    public long MaxLength => maxLength;

    public GenerationEngineStatus? Status => null;

    public static GenerationRunner Runner(Tokenizer tokenizer, long maxLength = 1024, int rows = 16, int waiting = 1024,
        int maxTextLength = ModelOptions.DefaultMaxTextLength)
        => new("stub", new StubTokens(maxLength), tokenizer, new GenerationSettings(maxLength, []), rows, waiting)
        {
            MaxTextLength = maxTextLength,
        };

    public IAsyncEnumerable<GeneratedToken> RunAsync(
        IReadOnlyList<long> prompt, GenerationOptions options, RequestContext client,
        CancellationToken cancellationToken) => throw new NotSupportedException("this model writes nothing");

    public void Dispose()
    {
    }
}
