using System.Text.Json;
using System.Text.Json.Serialization;
using MaaS.Registry.Access;
using MaaS.Registry.Versions;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Faults;
using MaaS.Serving.Http;
using MaaS.Serving.Registry;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Catalogue;

/// <summary>Who may download: callers with the scope <c>admin</c>, and accounts to which somebody with that scope has
/// given the model.</summary>
internal sealed class CatalogueAccess(CatalogueSource source, RegistryConnection registry)
{
    private const int MostCharacters = 1000, MostBytes = 1 << 14;

    /// <summary>What became of the caller's wish to download a model; null where they have not asked.</summary>
    public async Task<AccessRequest?> OwnAsync(HttpContext context, string model)
        => EndpointGuard.Of(context).Account is { Length: > 0 } who
            && await source.AccessAsync(model, who, context.RequestAborted).ConfigureAwait(false) is [var own, ..]
            ? own : null;

    /// <summary>Lets a download go on.</summary>
    /// <exception cref="RequestException">401: nobody in particular asks. 403: they were not given the
    /// model.</exception>
    public async Task ThrowIfRefusedAsync(HttpContext context, string model)
    {
        var caller = EndpointGuard.Of(context);
        if (caller.Has(ServingScope.Admin))
        {
            return;
        }

        ThrowIfNobody(caller);
        var state = (await OwnAsync(context, model).ConfigureAwait(false))?.State;
        if (state != AccessState.Granted)
        {
            throw new RequestException(
                FaultKind.PermissionDenied,
                $"expected a model that '{caller.Account}' was given to download, got '{model}', which "
                    + (state switch
                    {
                        AccessState.Asked => "was asked for and not decided yet",
                        AccessState.Refused => "was refused",
                        _ => $"was not asked for: POST /catalogue/models/{model}/requests",
                    }));
        }
    }

    /// <summary><c>POST /catalogue/models/{name}/requests</c>: asks for a model, with a <c>reason</c> in JSON or in a
    /// form.</summary>
    /// <returns>The request as it stands now.</returns>
    /// <exception cref="RequestException">401: nobody in particular asks. 404: there is no such model.</exception>
    public async Task<AccessRequest> AskAsync(HttpContext context)
    {
        var caller = EndpointGuard.Of(context);
        var name = (await source.FindAsync(context).ConfigureAwait(false)).Name;
        ThrowIfNobody(caller);
        var reason = Checked(
            context.Request.HasFormContentType
                ? (await BrowserSession.ReadFormAsync(context).ConfigureAwait(false))["reason"].ToString()
                : (await ReadAsync(context, AccessJson.Default.AskBody).ConfigureAwait(false)).Reason);
        return await source.TryAsync(
            async () => await (await registry.AccessAsync(context.RequestAborted).ConfigureAwait(false))
                .AskAsync(name, caller.Account, reason, context.RequestAborted).ConfigureAwait(false))
            .ConfigureAwait(false);
    }

    /// <summary><c>POST /catalogue/models/{name}/access</c> of <c>{"who": …, "granted": …, "reason": …}</c>.</summary>
    /// <returns>The request as it stands now.</returns>
    /// <exception cref="RequestException">400: the body is another. 404: there is no such model.</exception>
    public async Task<AccessRequest> DecideAsync(HttpContext context)
    {
        var name = (await source.FindAsync(context).ConfigureAwait(false)).Name;
        var body = await ReadAsync(context, AccessJson.Default.DecideBody).ConfigureAwait(false);
        if (body is not { Who.Length: > 0 and <= MostCharacters, Granted: { } granted })
        {
            throw RequestException.BadRequest("expected {\"who\": \"an account\", \"granted\": true or false}");
        }

        var change = new Change(
            EndpointGuard.Of(context).Account is { Length: > 0 } by ? by : "administrator", Checked(body.Reason));
        return await source.TryAsync(
            async () => await (await registry.AccessAsync(context.RequestAborted).ConfigureAwait(false))
                .DecideAsync(name, body.Who, granted, change, context.RequestAborted).ConfigureAwait(false))
            .ConfigureAwait(false);
    }

    /// <summary>Asks for somebody in particular.</summary>
    /// <exception cref="RequestException">401: nobody is known.</exception>
    public static void ThrowIfNobody(Caller caller)
    {
        if (caller.Name.Length == 0)
        {
            throw new RequestException(
                FaultKind.Unauthenticated, "expected an account, by a key, token or certificate, got none");
        }
    }

    private static string? Checked(string? reason)
        => reason is { Length: > MostCharacters }
            ? throw RequestException.BadRequest(
                $"reason: expected at most {MostCharacters} characters, got {reason.Length}")
            : string.IsNullOrWhiteSpace(reason) ? null : reason.Trim();

    private static async Task<T> ReadAsync<T>(
        HttpContext context, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : new()
    {
        using var body = await RequestBody.ReadAsync(context, MostBytes).ConfigureAwait(false);
        return body.Json.IsEmpty ? new T() : JsonSerializer.Deserialize(body.Json, type) ?? new T();
    }
}

/// <summary>Why a model is asked for.</summary>
internal sealed record AskBody
{
    public string? Reason { get; init; }
}

/// <summary>Who may download a model, or may not.</summary>
internal sealed record DecideBody
{
    public string? Who { get; init; }

    public bool? Granted { get; init; }

    public string? Reason { get; init; }
}

/// <summary>Bodies about access.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AskBody))]
[JsonSerializable(typeof(DecideBody))]
internal sealed partial class AccessJson : JsonSerializerContext;
