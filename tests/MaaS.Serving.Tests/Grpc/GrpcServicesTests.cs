using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Reflection.V1Alpha;
using MaaS.Serving.Grpc;
using MaaS.Serving.Grpc.Schema;
using MaaS.Serving.Security;
using MaaS.Serving.Tests.Security;
using Microsoft.Extensions.Logging;
using ServingStatus = MaaS.Serving.Grpc.Schema.HealthCheckResponse.Types.ServingStatus;

namespace MaaS.Serving.Tests.Grpc;

/// <summary>What comes with the services, by .NET's own gRPC client.</summary>
public sealed class GrpcServicesTests
{
    private readonly LogLines _log = new();
    private ModelsFolder _models = null!;
    private TestServer _server = null!;
    private GrpcChannel _channel = null!;

    [SetUp]
    public async Task StartServer()
    {
        _models = new ModelsFolder().Add("same");
        await File.WriteAllBytesAsync(_models["slow.onnx"], SlowModel.Build().ToByteArray());
        _server = await TestServer.StartAsync(
            o => (o.ModelsPath, o.GrpcUrl, o.WarmUp) = (_models.Path, "http://127.0.0.1:0", false),
            builder: b => b.Logging.AddProvider(_log).SetMinimumLevel(LogLevel.Debug));
        _channel = GrpcChannel.ForAddress(_server.GrpcAddress);
    }

    [TearDown]
    public async Task StopServer()
    {
        _channel.Dispose();
        await _server.DisposeAsync();
        _models.Dispose();
    }

    [OneTimeTearDown]
    public void DropLines() => _log.Dispose();

    [Test]
    public async Task Reflection_ListServicesAndASymbol_TellsAllOfThem()
    {
        using var call = new ServerReflection.ServerReflectionClient(_channel).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" });
        await call.RequestStream.WriteAsync(
            new ServerReflectionRequest { FileContainingSymbol = "inference.GRPCInferenceService" });
        await call.RequestStream.CompleteAsync();

        var answers = await call.ResponseStream.ReadAllAsync().ToListAsync();

        Assert.That(
            answers[0].ListServicesResponse.Service.Select(s => s.Name),
            Is.SupersetOf(new[]
            {
                "inference.GRPCInferenceService", "grpc.health.v1.Health", "tensorflow.serving.PredictionService",
                "tensorflow.serving.ModelService",
            }));
        Assert.That(answers[1].FileDescriptorResponse.FileDescriptorProto, Is.Not.Empty);
    }

    [Test]
    public async Task Watch_ServerThatStops_TellsBothStates()
    {
        using var call = Watch("");
        Assert.That(await call.ResponseStream.MoveNext());
        Assert.That(call.ResponseStream.Current.Status, Is.EqualTo(ServingStatus.Serving));
        using var unknown = Watch("nothing");
        Assert.That(await unknown.ResponseStream.MoveNext());
        Assert.That(unknown.ResponseStream.Current.Status, Is.EqualTo(ServingStatus.ServiceUnknown));

        var stopping = _server.DisposeAsync();

        Assert.That(await call.ResponseStream.MoveNext());
        Assert.That(call.ResponseStream.Current.Status, Is.EqualTo(ServingStatus.NotServing));
        Assert.That(
            async () => await call.ResponseStream.MoveNext(),
            Throws.InstanceOf<RpcException>().With.Property("StatusCode").EqualTo(StatusCode.Unavailable));
        await stopping;
    }

    [Test]
    public async Task Infer_ClientHangsUp_StopsTheRunAndIsALineForDebugging()
    {
        // A call that is cancelled before it has come to the server leaves no line.
        for (var i = 0; i < 20 && !Gone().Any(); i++)
        {
            using var leave = new CancellationTokenSource();
            var call = Infer(Slow(), new CallOptions(cancellationToken: leave.Token));
            await _server.GetAsync("/v2/models/slow/ready");

            await leave.CancelAsync();

            Assert.That(
                async () => await call,
                Throws.InstanceOf<RpcException>().With.Property("StatusCode").EqualTo(StatusCode.Cancelled));
        }

        Assert.That(() => Gone().Any(), Is.True.After(10_000, 50));
        Assert.That(Gone(), Is.All.EqualTo(LogLevel.Debug));
        Assert.That(_log.All.Where(l => l.Level >= LogLevel.Warning), Is.Empty);
    }

    private IEnumerable<LogLevel> Gone()
        => _log.All.Where(static l => l.Text.Contains("The client of /inference", StringComparison.Ordinal))
            .Select(static l => l.Level);

    [Test]
    public void Infer_DeadlineOfTheClient_EndsTheRun()
    {
        var call = Infer(Slow(), new CallOptions(deadline: DateTime.UtcNow.AddMilliseconds(300)));
        Assert.That(
            async () => await call,
            Throws.InstanceOf<RpcException>().With.Property("StatusCode").EqualTo(StatusCode.DeadlineExceeded));
    }

    [Test]
    public async Task Repository_OnTheGrpcPort_TakesAnAdminKeyAndNobodyElse()
    {
        var (admin, storedAdmin) = ApiKey.Create("admin", ["admin", "read"], []);
        var (reader, storedReader) = ApiKey.Create("reader", ["read"], []);
        await using var server = await TestServer.StartAsync(o =>
        {
            (o.ModelsPath, o.GrpcUrl, o.Security.AdminUrl) = (_models.Path, "http://127.0.0.1:0", "http://127.0.0.1:0");
            o.Security.ApiKeys.Add(storedAdmin);
            o.Security.ApiKeys.Add(storedReader);
        });
        async Task<int> LoadAsync(string? key)
            => (await server.Client.CallAsync(
                server.GrpcAddress, GrpcCalls.Service + "RepositoryModelLoad",
                [new RepositoryModelLoadRequest { ModelName = "same" }], key)).Status;

        // Everybody has every scope here; yet changes want proof on a port that is not the administration's.
        Assert.That(await LoadAsync(null), Is.EqualTo(16));
        Assert.That(await LoadAsync(reader), Is.EqualTo(7));
        Assert.That(await LoadAsync(admin), Is.Zero);
        Assert.That(
            (await server.Client.CallAsync(
                server.GrpcAddress, GrpcCalls.Service + "ModelStatistics", [new ModelStatisticsRequest()],
                admin)).Status, Is.Zero);

        using var rest = new HttpRequestMessage(
            HttpMethod.Post, new Uri(server.GrpcAddress, "/v2/repository/models/same/unload"))
        {
            Version = new Version(2, 0),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Headers = { { "X-Api-Key", admin } },
        };
        using var answer = await server.Client.SendAsync(rest);
        Assert.That((int)answer.StatusCode, Is.EqualTo(404));
    }

    private static ModelInferRequest Slow() => new()
    {
        ModelName = "slow",
        Inputs =
        {
            new ModelInferRequest.Types.InferInputTensor
            {
                Name = "n",
                Datatype = "INT64",
                Shape = { 1 },
                Contents = new InferTensorContents { Int64Contents = { 2_000_000_000 } },
            },
        },
    };

    private AsyncServerStreamingCall<HealthCheckResponse> Watch(string service)
        => _channel.CreateCallInvoker().AsyncServerStreamingCall(
            Method<HealthCheckRequest, HealthCheckResponse>(
                MethodType.ServerStreaming, "grpc.health.v1.Health", "Watch"), null, default,
            new HealthCheckRequest { Service = service });

    private Task<ModelInferResponse> Infer(ModelInferRequest request, CallOptions options)
        => _channel.CreateCallInvoker().AsyncUnaryCall(
            Method<ModelInferRequest, ModelInferResponse>(
                MethodType.Unary, "inference.GRPCInferenceService", "ModelInfer"), null, options,
                request).ResponseAsync;

    private static Method<TRequest, TResponse> Method<TRequest, TResponse>(MethodType type, string service, string name)
        where TRequest : class, Google.Protobuf.IMessage<TRequest>, new()
        where TResponse : class, Google.Protobuf.IMessage<TResponse>, new()
        => new(type, service, name, GrpcMarshaller<TRequest>.Instance, GrpcMarshaller<TResponse>.Instance);
}
