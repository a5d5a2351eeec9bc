using System.Globalization;
using MaaS.Serving.Execution;
using MaaS.Serving.Http;
using MaaS.Serving.Models;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Protocols.TensorFlow;

/// <summary>TensorFlow Serving's REST interface: predict and status.</summary>
internal sealed class TensorFlowProtocol(
    ModelRepository models, InferenceCalls calls, ServingEndpoint endpoint, IOptions<MaaSServingOptions> options) : IProtocol
{
    private readonly long _limit = options.Value.MaxRequestBytes;

    public string Name => "tensorflow-serving";

    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/v1/models/{name}:predict", endpoint.Handle(PredictAsync)).WithScope(ServingScope.Predict);
        endpoints.MapPost("/v1/models/{name}/versions/{version}:predict", endpoint.Handle(PredictAsync)).WithScope(ServingScope.Predict);
        endpoints.MapGet("/v1/models/{name}", endpoint.Handle(StatusAsync)).WithScope(ServingScope.Read);
        endpoints.MapGet("/v1/models/{name}/versions/{version}", endpoint.Handle(StatusAsync)).WithScope(ServingScope.Read);
    }

    private async Task PredictAsync(HttpContext context)
    {
        using var call = await calls.BeginAsync(context, new ModelReference(context.Route("name"), context.Route("version"))).ConfigureAwait(false);
        RequestForm form;
        using (var body = await RequestBody.ReadAsync(context, _limit).ConfigureAwait(false))
        {
            call.BeginInput();
            body.QuoteNonFinite();
            form = TensorFlowRequest.Read(body.Json, call.Model, call.Tensors, images: false);
        }

        await call.RunAsync(outputs: null, context.RequestAborted).ConfigureAwait(false);
        await TensorFlowAnswer.WriteAsync(context, form, call).ConfigureAwait(false);
    }

    private Task StatusAsync(HttpContext context)
    {
        var name = context.Route("name")!;
        var version = context.Route("version");
        var served = models.Status(name, version);
        return JsonAnswer.WriteAsync(context, writer =>
        {
            writer.WriteStartArray("model_version_status"u8);
            foreach (var model in served.OrderByDescending(m => m.Version))
            {
                writer.WriteStartObject();
                writer.WriteString("version"u8, model.Version.ToString(CultureInfo.InvariantCulture));
                writer.WriteString("state"u8, model.State.ToString().ToUpperInvariant());
                writer.WriteStartObject("status"u8);
                writer.WriteString("error_code"u8, model.ErrorCode);
                writer.WriteString("error_message"u8, model.ErrorMessage);
                writer.WriteEndObject();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });
    }
}
