using MaaS.Serving.Audit;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Faults;
using MaaS.Serving.Generation;
using MaaS.Serving.Http;
using MaaS.Serving.Models;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.OpenAi;

/// <summary>Where every request of OpenAI's clients begins.</summary>
internal sealed class OpenAiCalls(
    ModelRepository models, RequestContextFactory contexts, TokenAccounts accounts, TimeProvider time,
    IOptions<MaaSServingOptions> options)
{
    private readonly long _limit = options.Value.MaxRequestBytes;

    /// <summary>Reads a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="read">Asks for every member that it knows.</param>
    /// <exception cref="RequestException">400 or 413.</exception>
    public async Task<T> ReadAsync<T>(HttpContext context, Func<RequestFields, T> read)
    {
        using var body = await RequestBody.ReadAsync(context, _limit).ConfigureAwait(false);
        var fields = RequestFields.Parse(body.Json);
        if (fields.Text("user") is { Length: > 0 } user)
        {
            context.Features.Get<AuditedRequest>()?.Note($"for user '{user}'");
        }

        return read(fields);
    }

    /// <summary>Leases the model that a request names.</summary>
    /// <param name="context">The request.</param>
    /// <param name="model">As the request has it.</param>
    /// <exception cref="RequestException">404: there is no such model. 403: it is kept from the caller.</exception>
    public async ValueTask<OpenAiCall> BeginAsync(HttpContext context, string model)
    {
        context.Features.Get<AuditedRequest>()?.Name(model);
        if (model.Contains(':', StringComparison.Ordinal))
        {
            throw RequestFields.Fault(
                "model", $"expected the name of a model, got '{model}'; adapters are not served", "model_not_found");
        }

        var client = contexts.Of(context);
        try
        {
            return new OpenAiCall(
                await models.AcquireAsync(new ModelReference(model), client, context.RequestAborted)
                    .ConfigureAwait(false),
                client, accounts, time.GetUtcNow());
        }
        catch (RequestException e) when (e.Parameter is null)
        {
            throw new RequestException(e.Kind, e.Message)
            {
                Parameter = "model",
                Code = e.Code,
                RetryAfter = e.RetryAfter,
            };
        }
    }
}
