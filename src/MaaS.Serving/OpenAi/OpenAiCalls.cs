using MaaS.Serving.Audit;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Faults;
using MaaS.Serving.Generation;
using MaaS.Serving.Http;
using MaaS.Serving.Models;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.OpenAi;

/// <summary>Where every request of OpenAI's clients begins.</summary>
internal sealed class OpenAiCalls(
    ModelRepository models, RequestContextFactory contexts, TokenAccounts accounts, TimeProvider time,
    IOptions<MaaSServingOptions> options)
{
    // Both go into lines of logs as they are.
    private const int MaxNameLength = 256, MaxUserLength = 256;

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
            if (user.Length > MaxUserLength)
            {
                throw RequestFields.Fault(
                    "user", $"expected at most {MaxUserLength} characters, got {user.Length}");
            }

            context.Features.Get<AuditedRequest>()?.Note($"for user '{user}'");
        }

        return read(fields);
    }

    /// <summary>Leases the model that a request names.</summary>
    /// <param name="context">The request.</param>
    /// <param name="model">As the request has it: a name, or <c>base:adapter</c>.</param>
    /// <exception cref="RequestException">404: there is no such model, or it has no such adapter. 403: it is kept from
    /// the caller.</exception>
    public async ValueTask<OpenAiCall> BeginAsync(HttpContext context, string model)
    {
        if (model.Length > MaxNameLength)
        {
            throw RequestFields.Fault(
                "model", $"expected a name of at most {MaxNameLength} characters, got {model.Length}");
        }

        context.Features.Get<AuditedRequest>()?.Name(model);
        var name = AdapterName.Parse(model);
        var client = contexts.Of(context);
        try
        {
            var lease = await models.AcquireAsync(new ModelReference(name.Model), client, context.RequestAborted)
                .ConfigureAwait(false);
            try
            {
                name.ThrowIfUnknown(lease.Model.Generation?.Adapters ?? []);
                return new OpenAiCall(lease, name, client, accounts, time.GetUtcNow());
            }
            catch
            {
                lease.Dispose();
                throw;
            }
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
