using MaaS.Serving.Endpoints;
using MaaS.Serving.OpenAi.Chat;
using MaaS.Serving.OpenAi.Completions;
using MaaS.Serving.OpenAi.Embeddings;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MaaS.Serving.OpenAi;

/// <summary>Registers what answers OpenAI's clients.</summary>
internal static class OpenAiServices
{
    public static IServiceCollection AddOpenAi(this IServiceCollection services)
    {
        services.TryAddSingleton<OpenAiCalls>();
        services.TryAddSingleton<Embedder>();
        services.TryAddSingleton<PairRanker>();
        services.TryAddSingleton<TextRuns>();
        return services
            .AddEndpoints<ChatEndpoints>()
            .AddEndpoints<CompletionEndpoints>()
            .AddEndpoints<EmbeddingEndpoints>()
            .AddEndpoints<RerankEndpoints>();
    }
}
