using MaaS.Serving.Execution;
using MaaS.Serving.Faults;

namespace MaaS.Serving.Telemetry;

/// <summary>Puts the failures of calls on the list of recent errors, with their models.</summary>
internal sealed class ErrorObserver(RecentErrors errors) : ICallObserver
{
    public void Begin(InferenceRequest request)
    {
        // Only failures are listed.
    }

    public void End(InferenceRequest request, TimeSpan duration, Exception? exception)
    {
        if (exception is not null)
        {
            errors.Add(exception, request.Model.Name, request.Model.Version);
        }
    }
}
