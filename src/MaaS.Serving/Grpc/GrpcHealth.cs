using Grpc.Core;
using MaaS.Serving.Grpc.Schema;
using MaaS.Serving.Models;
using MaaS.Serving.Protocols.TensorFlow.Schema;
using MaaS.Serving.Security;
using Microsoft.Extensions.Hosting;
using HealthService = MaaS.Serving.Grpc.Schema.Health;
using ServingStatus = MaaS.Serving.Grpc.Schema.HealthCheckResponse.Types.ServingStatus;

namespace MaaS.Serving.Grpc;

/// <summary>The health check of gRPC load balancers and Kubernetes probes, <c>grpc.health.v1.Health</c>.</summary>
[BindServiceMethod(typeof(HealthService), "")] // Where reflection finds the descriptor; methods come from AddMethods.
internal sealed class GrpcHealth(ModelRepository models, IHostApplicationLifetime lifetime, TimeProvider time)
    : IGrpcService<GrpcHealth>
{
    // Readiness changes with loads, which take longer; a watcher costs one comparison a second.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private static readonly string[] Services =
    [
        "", GRPCInferenceService.Descriptor.FullName, PredictionService.Descriptor.FullName,
        ModelService.Descriptor.FullName,
    ];

    public static string ServiceName => HealthService.Descriptor.FullName;

    public static void AddMethods(GrpcMethods<GrpcHealth> methods)
    {
        methods.Unary<HealthCheckRequest, HealthCheckResponse>(
            ServingScope.None, "Check", static (s, r, _) => s.Check(r.Service));
        methods.ServerStreaming<HealthCheckRequest, HealthCheckResponse>(
            ServingScope.None, "Watch", static (s, r, responses, call) => s.WatchAsync(r.Service, responses, call));
    }

    private HealthCheckResponse Check(string service)
        => StatusOf(service) is var status and not ServingStatus.ServiceUnknown ? new HealthCheckResponse
        {
            Status = status,
        }
            : throw new RpcException(
                new Status(
                    StatusCode.NotFound,
                    $"expected one of the services [{string.Join(", ", Services[1..])}] or none, got '{service}'"));

    /// <summary>Sends the status, and again when it changes; ends with the server, so that it holds up no
    /// stop.</summary>
    private async Task WatchAsync(string service, IServerStreamWriter<HealthCheckResponse> responses, GrpcCall call)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(
            call.CancellationToken, lifetime.ApplicationStopping);
        using var timer = new PeriodicTimer(Interval, time);
        ServingStatus? sent = null;
        while (true)
        {
            var status = lifetime.ApplicationStopping.IsCancellationRequested
                ? ServingStatus.NotServing : StatusOf(service);
            if (status != sent)
            {
                await responses.WriteAsync(new HealthCheckResponse { Status = status }, call.CancellationToken)
                    .ConfigureAwait(false);
                sent = status;
            }

            if (lifetime.ApplicationStopping.IsCancellationRequested)
            {
                throw new RpcException(new Status(StatusCode.Unavailable, "the server is stopping"));
            }

            try
            {
                await timer.WaitForNextTickAsync(end.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!call.CancellationToken.IsCancellationRequested)
            {
                // The server stops: the watcher is told so.
            }
        }
    }

    private ServingStatus StatusOf(string service) => !Services.Contains(service) ? ServingStatus.ServiceUnknown
        : models.IsReady ? ServingStatus.Serving : ServingStatus.NotServing;
}
