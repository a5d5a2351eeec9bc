using MaaS.Serving.Endpoints;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;

namespace MaaS.Serving.Protocols.OpenInference;

/// <summary>The schedule policy extension: the request parameters <c>priority</c> and <c>timeout</c>.</summary>
internal static class SchedulePolicy
{
    public const string Priority = "priority";

    public const string Timeout = "timeout";

    /// <summary>Whether a parameter is one of these.</summary>
    public static bool Has(string name) => name is Priority or Timeout;

    /// <summary>Applies a parameter to who asks.</summary>
    /// <param name="client">Gets it.</param>
    /// <param name="name">A parameter that <see cref="Has"/>.</param>
    /// <param name="value">
    /// Priority: 1 is the most urgent, 0 leaves the default. Timeout: microseconds, 0 for none.
    /// </param>
    /// <param name="contexts">Knows the clock.</param>
    /// <exception cref="RequestException">400: the value is negative.</exception>
    public static void Apply(RequestContext client, string name, long value, RequestContextFactory contexts)
    {
        if (value < 0)
        {
            throw RequestException.BadRequest($"parameters: expected '{name}' of 0 or more, got {value}");
        }

        if (value == 0)
        {
            return;
        }

        if (name == Priority)
        {
            client.Priority = (int)Math.Min(value - 1, RequestContext.LowestPriority);
            return;
        }

        client.EndBy(contexts.DeadlineIn(
            TimeSpan.FromMicroseconds(Math.Min(value, TimeSpan.FromDays(1).TotalMicroseconds))));
    }
}
