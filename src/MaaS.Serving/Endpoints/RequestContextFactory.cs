using System.Globalization;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;
using MaaS.Serving.Http;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Endpoints;

/// <summary>Reads who asks, how urgently and until when from HTTP: one place for every protocol, gRPC among
/// them.</summary>
public sealed class RequestContextFactory(IOptions<MaaSServingOptions> options, TimeProvider time)
{
    /// <summary>Header that names a request in logs.</summary>
    public const string RequestIdHeader = HttpContextExtensions.RequestIdHeader;

    /// <summary>Header with the milliseconds that a client waits.</summary>
    public const string TimeoutHeader = "X-Request-Timeout-Ms";

    /// <summary>Describes a request.</summary>
    /// <exception cref="RequestException">400: a header has a value that it cannot have.</exception>
    public RequestContext Of(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var headers = context.Request.Headers;
        var caller = EndpointGuard.Of(context);
        var asked = new RequestContext
        {
            Caller = caller,
            RequestId = context.RequestId(),
            ClientKey = ClientKey(caller, context),
            Header = header => headers.TryGetValue(header, out var value) ? value.ToString() : null,
        };
        if (headers.TryGetValue("Priority", out var priority) && priority is [{ } urgency])
        {
            asked.Priority = Urgency(urgency);
        }

        asked.Deadline = Deadline(headers);
        return asked;
    }

    /// <summary>The same client for a message that came just now in a call of many: it has the time of a request, up to
    /// the deadline of the call.</summary>
    /// <param name="context">What carries the call.</param>
    /// <param name="client">Who made it.</param>
    /// <param name="until">Timestamp of the deadline of the whole call; null for none.</param>
    internal RequestContext OfMessage(HttpContext context, RequestContext client, long? until)
    {
        var message = client.Again(Deadline(context.Request.Headers));
        message.EndBy(until);
        return message;
    }

    /// <summary>The timestamp after which nobody waits for a request that came just now.</summary>
    public long DeadlineIn(TimeSpan timeout)
        => time.GetTimestamp() + (long)(timeout.TotalSeconds * time.TimestampFrequency);

    /// <summary>The timestamp of a point in time.</summary>
    public long DeadlineAt(DateTime until) => DeadlineIn(until - time.GetUtcNow().UtcDateTime);

    private long? Deadline(IHeaderDictionary headers)
    {
        var limit = options.Value.RequestTimeout;
        if (headers.TryGetValue(TimeoutHeader, out var header))
        {
            var milliseconds = header.ToString();
            var asked = double.TryParse(
                milliseconds, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var ms)
                    && ms is > 0 and < 1e9
                ? TimeSpan.FromMilliseconds(ms)
                : throw RequestException.BadRequest(
                    $"{TimeoutHeader}: expected milliseconds above 0, got '{milliseconds}'");
            limit = limit is { } most && most < asked ? most : asked;
        }

        return limit is { } wait ? DeadlineIn(wait) : null;
    }

    /// <summary>The urgency of RFC 9218: <c>u=0</c> to <c>u=7</c>; what is no such value is ignored, as the RFC
    /// demands.</summary>
    private static int Urgency(string header)
    {
        foreach (var part in header.AsSpan().Split(','))
        {
            if (header.AsSpan(part).Trim() is ['u', '=', >= '0' and <= '7' and var digit])
            {
                return digit - '0';
            }
        }

        return RequestContext.DefaultPriority;
    }

    // Names that are shown may be those of several people, and that of a key besides: accounts are told apart.
    private static string ClientKey(Caller caller, HttpContext context)
        => caller.Name.Length > 0 ? caller.Account
            : context.User.Identity is { IsAuthenticated: true, Name: { } name } ? $"{ProofKinds.User}:{name}"
            : Address(context);

    /// <summary>The client's address, written as text once a connection.</summary>
    private static string Address(HttpContext context)
    {
        if (ConnectionNotes<RemoteAddress>.Find(context) is { } known)
        {
            return known.Text;
        }

        var address = context.Connection.RemoteIpAddress?.ToString() ?? "";
        ConnectionNotes<RemoteAddress>.Set(context, new RemoteAddress(address));
        return address;
    }

    private sealed record RemoteAddress(string Text);
}
