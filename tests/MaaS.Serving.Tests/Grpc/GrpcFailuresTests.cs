using MaaS.Serving.Faults;
using MaaS.Serving.Grpc;
using MaaS.Serving.Grpc.Schema;
using MaaS.Serving.Tests.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using StatusCode = Grpc.Core.StatusCode;

namespace MaaS.Serving.Tests.Grpc;

/// <summary>What is too large has the status of what is busy: the text tells them apart.</summary>
public sealed class GrpcFailuresTests
{
    private ModelsFolder _models = null!;
    private TestServer _server = null!;

    [OneTimeSetUp]
    public async Task StartServer()
    {
        _models = new ModelsFolder().Add("same");
        _server = await TestServer.StartAsync(
            o => (o.ModelsPath, o.GrpcUrl, o.MaxRequestBytes) = (_models.Path, "http://127.0.0.1:0", 1000));
    }

    [OneTimeTearDown]
    public async Task StopServer()
    {
        await _server.DisposeAsync();
        _models.Dispose();
    }

    [TestCase(FaultKind.TooLarge, "the request is too large, and will be the next time: why")]
    [TestCase(FaultKind.ResourceExhausted, "why")]
    public void Translate_ResourceExhausted_SaysOfWhat(FaultKind kind, string expected)
    {
        var failures = _server.Services.GetRequiredService<GrpcFailures>();
        var fault = new RequestException(kind, "why");

        var status = failures.Translate(fault, new DefaultHttpContext(), CancellationToken.None).Status;

        Assert.That((status.StatusCode, status.Detail), Is.EqualTo((StatusCode.ResourceExhausted, expected)));
        Assert.That(failures.MessageOf(fault, new DefaultHttpContext()), Is.EqualTo(expected));
    }

    [TestCase(0.2, "1")]
    [TestCase(2.1, "3")]
    public void Translate_QueueFull_SaysWhenToComeBack(double seconds, string expected)
    {
        var failures = _server.Services.GetRequiredService<GrpcFailures>();
        var full = new QueueFullException("full") { RetryAfter = TimeSpan.FromSeconds(seconds) };

        var ended = failures.Translate(full, new DefaultHttpContext(), CancellationToken.None);

        Assert.That(
            (ended.StatusCode, ended.Trailers.GetValue("retry-after")),
            Is.EqualTo((StatusCode.ResourceExhausted, expected)));
        ended = failures.Translate(new RequestException("why"), new DefaultHttpContext(), CancellationToken.None);
        Assert.That(ended.Trailers, Is.Empty);
    }

    [TestCase("ModelInfer")]
    [TestCase("ModelStreamInfer")]
    public async Task Call_MessageBeyondMaxRequestBytes_IsToldTheLimit(string method)
    {
        var large = new ModelInferRequest { ModelName = "same", Id = new string('a', 1001) };
        var (status, message, _) = await _server.Client.CallAsync(
            _server.GrpcAddress, GrpcCalls.Service + method, [large]);
        Assert.That(
            (status, Uri.UnescapeDataString(message)),
            Is.EqualTo((
                8,
                "the request is too large, and will be the next time: "
                    + "expected a message of at most 1000 bytes, got more")));
    }
}
