using MaaS.Serving.Endpoints;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;
using MaaS.Serving.Models;
using MaaS.Serving.Protocols.OpenInference.Statistics;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Protocols;

/// <summary>Where every protocol begins an inference.</summary>
internal sealed class InferenceCalls(
    ModelRepository models,
    IInferenceExecutor executor,
    InputEncoders encoders,
    RequestContextFactory contexts,
    ServingStatistics statistics,
    TimeProvider time)
{
    /// <summary>Leases the model that a request asks for.</summary>
    /// <exception cref="RequestException">404: there is no such model, version or label.</exception>
    public ValueTask<InferenceCall> BeginAsync(HttpContext http, ModelReference reference)
        => BeginAsync(reference, contexts.Of(http), http.RequestAborted);

    /// <inheritdoc cref="BeginAsync(HttpContext, ModelReference)"/>
    public async ValueTask<InferenceCall> BeginAsync(
        ModelReference reference, RequestContext client, CancellationToken cancellationToken)
    {
        var lease = await models.AcquireAsync(reference, client, cancellationToken).ConfigureAwait(false);
        try
        {
            return new InferenceCall(lease, encoders.For(lease.Model), client, executor, statistics, time);
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }
}
