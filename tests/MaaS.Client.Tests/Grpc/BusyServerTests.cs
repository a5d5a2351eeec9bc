using MaaS.Onnx.Inference;
using MaaS.Serving;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;
using MaaS.Serving.Tests;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Client.Tests.Grpc;

/// <summary>A real server whose queue is full: when to come back is told alike over REST and gRPC.</summary>
public sealed class BusyServerTests
{
    private ModelsFolder _models = null!;
    private ServingHost _server = null!;

    [OneTimeSetUp]
    public async Task StartServer()
    {
        _models = new ModelsFolder().Add("same");
        _server = await Servers.StartAsync(
            _models.Path,
            builder: static b => b.Services.AddSingleton(new ExecutorLayer(ExecutorOrder.Statistics, static (_, _) => new Full())));
    }

    [OneTimeTearDown]
    public async Task StopServer()
    {
        await _server.DisposeAsync();
        _models.Dispose();
    }

    [TestCase(Transport.Rest)]
    [TestCase(Transport.Grpc)]
    public async Task Infer_QueueFull_IsToldWhenToComeBack(Transport transport)
    {
        var options = Servers.Options(transport, _server.AddressOf(transport));
        options.MaxRetries = 0;
        await using var client = new MaaSClient(options);

        var error = await Failure.OfAsync(() => client.InferAsync(new InferRequest("same", Tensor.Of("x", new float[6], 2, 3))));

        Assert.That((error.Kind, error.RetryAfter), Is.EqualTo((ErrorKind.Busy, (TimeSpan?)TimeSpan.FromSeconds(3))));
        Assert.That(error.ServerMessage, Is.EqualTo("full"));
    }

    private sealed class Full : IInferenceExecutor
    {
        public ValueTask<InferenceOutputs> RunAsync(InferenceRequest request, CancellationToken cancellationToken)
            => throw new QueueFullException("full") { RetryAfter = TimeSpan.FromSeconds(2.1) };
    }
}
