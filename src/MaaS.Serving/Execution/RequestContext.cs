using MaaS.Serving.Security;

namespace MaaS.Serving.Execution;

/// <summary>
/// Who sent a request, how urgent it is and until when an answer is of use. Protocols may refine what HTTP told.
/// </summary>
public sealed class RequestContext
{
    /// <summary>Urgency of a request that names none, as RFC 9218 has it.</summary>
    public const int DefaultPriority = 3;

    /// <summary>Least urgent.</summary>
    public const int LowestPriority = 7;

    private static readonly Func<string, string?> NoHeaders = static _ => null;

    /// <summary>Who asks, and with which models they may.</summary>
    public Caller Caller { get; init; } = Caller.Server;

    /// <summary>Name of the request in logs and traces.</summary>
    public string RequestId { get; init; } = "";

    /// <summary>
    /// Who is served fairly beside others, and stays on one side of an A/B test: the account of a caller, as the name
    /// of an API key or <c>token:ann</c>, or an address.
    /// </summary>
    public string ClientKey { get; init; } = "";

    /// <summary>0 (first) to 7 (last), the urgency of RFC 9218.</summary>
    public int Priority
    {
        get;
        set => field = Math.Clamp(value, 0, LowestPriority);
    } = DefaultPriority;

    /// <summary>Timestamp of the server's <see cref="TimeProvider"/> after which nobody waits; null for none.</summary>
    public long? Deadline { get; set; }

    /// <summary>The same client for one more request of a call, whose priority may differ.</summary>
    /// <param name="deadline">The request's own; null for none.</param>
    internal RequestContext Again(long? deadline)
    {
        var again = (RequestContext)MemberwiseClone();
        again.Deadline = deadline;
        return again;
    }

    /// <summary>Nobody waits longer than that; null for no further limit.</summary>
    internal void EndBy(long? deadline) => Deadline = deadline is { } until && !(until > Deadline) ? until : Deadline;

    /// <summary>
    /// A header by its name, for routing; null where the request has none. Of use until the request has ended.
    /// </summary>
    public Func<string, string?> Header { get; init; } = NoHeaders;
}
