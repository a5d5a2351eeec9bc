using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MaaS.Serving.Tests.Telemetry;

public sealed class OtlpExportTests
{
    [Test]
    public async Task Stop_AfterARequest_HasSentItsTraceAndMetrics()
    {
        var received = new ConcurrentDictionary<string, string>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using var collector = builder.Build();
        collector.Urls.Add("http://127.0.0.1:0");
        collector.MapPost("/v1/{signal}", async (HttpContext context, string signal) =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            received.AddOrUpdate(
                signal, _ => Encoding.Latin1.GetString(body.ToArray()),
                (_, before) => before + Encoding.Latin1.GetString(body.ToArray()));
        });
        await collector.StartAsync();
        using var models = new ModelsFolder().Add("same");

        await using (var server = await TestServer.StartAsync(o =>
        {
            o.ModelsPath = models["same.onnx"];
            (o.Telemetry.OtlpEndpoint, o.Telemetry.OtlpProtocol) = (collector.Urls.Single(), "http/protobuf");
        }))
        {
            using var request = new HttpRequestMessage(
                HttpMethod.Post, new Uri("/v1/models/same:predict", UriKind.Relative))
            {
                Content = new StringContent("""{"instances": [[1, 2]]}"""),
            };
            request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
            request.Headers.Add("X-Request-Id", "request-seven");
            (await server.Client.SendAsync(request)).Dispose();
        }

        // Protocol buffers hold text as it is, and a trace's id as its 16 bytes.
        Assert.That(received["traces"], Does.Contain("inference same").And.Contain("request-seven"));
        Assert.That(
            received["traces"],
            Does.Contain(Encoding.Latin1.GetString(Convert.FromHexString("0af7651916cd43dd8448eb211c80319c"))));
        Assert.That(received["metrics"], Does.Contain("maas.inference.duration").And.Contain("maas.model.available"));
    }
}
