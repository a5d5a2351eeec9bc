using Google.Protobuf;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Faults;
using MaaS.Serving.Http;
using MaaS.Serving.Protocols.Forms;
using MaaS.Serving.Protocols.TensorFlow.Grpc;
using MaaS.Serving.Protocols.TensorFlow.Schema;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace MaaS.Serving.Protocols.TensorFlow;

/// <summary><c>POST …:predict</c>, in rows or columns, or as a serialized PredictRequest that is answered in
/// kind.</summary>
internal sealed class TensorFlowPredict(
    InferenceCalls calls, TensorFlowMessages messages, RequestContextFactory contexts, TimeProvider time,
    IOptions<MaaSServingOptions> options)
{
    private const string Protobuf = "application/x-protobuf";

    private readonly long _limit = options.Value.MaxRequestBytes;

    public Task AnswerAsync(HttpContext context)
        => IsProtobuf(context.Request.ContentType) ? AnswerMessageAsync(context) : AnswerJsonAsync(context);

    private async Task AnswerJsonAsync(HttpContext context)
    {
        using var call = await calls.BeginAsync(context, context.RoutedModel()).ConfigureAwait(false);
        RequestForm form;
        using (var body = await RequestBody.ReadAsync(context, _limit).ConfigureAwait(false))
        {
            call.BeginInput();
            body.QuoteNonFinite();
            var json = CloudEvent.IsStructured(context.Request) ? CloudEvent.Data(body.Json) : body.Json;
            form = RequestObject.Read(json, new TensorFlowRequest(call.Tensors));
        }

        await call.RunAsync(outputs: null, context.RequestAborted).ConfigureAwait(false);
        if (CloudEvent.IsStructured(context.Request))
        {
            await CloudEvent.WriteAsync(context, call.Model.Name, time.GetUtcNow(), FormAnswer.Members(form, call))
                .ConfigureAwait(false);
            return;
        }

        if (CloudEvent.IsBinary(context.Request))
        {
            CloudEvent.WriteHeaders(context.Response, call.Model.Name, time.GetUtcNow());
        }

        await FormAnswer.WriteAsync(context, form, call).ConfigureAwait(false);
    }

    private async Task AnswerMessageAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context, _limit, jsonLength: 0).ConfigureAwait(false);
        var request = Parse(body.Binary.Span);
        var reference = ModelSpecs.Reference(context.RoutedModel(), request.ModelSpec);
        var response = await messages.PredictAsync(request, reference, contexts.Of(context), context.RequestAborted)
            .ConfigureAwait(false);
        context.Response.ContentType = Protobuf;
        var bytes = response.ToByteArray();
        context.Response.ContentLength = bytes.Length;
        await context.Response.BodyWriter.WriteAsync(bytes, context.RequestAborted).ConfigureAwait(false);
    }

    /// <exception cref="RequestException">400: it is no such message.</exception>
    internal static PredictRequest Parse(ReadOnlySpan<byte> body)
    {
        try
        {
            return PredictRequest.Parser.ParseFrom(body);
        }
        catch (Exception e) when (
            e is InvalidProtocolBufferException or InvalidOperationException or IndexOutOfRangeException)
        {
            // The parser throws the others where a number is cut off.
            throw new RequestException("expected a serialized tensorflow.serving.PredictRequest, got other bytes", e);
        }
    }

    private static bool IsProtobuf(string? type)
        => MediaTypeHeaderValue.TryParse(type, out var media)
            && (media.MediaType.Equals(Protobuf, StringComparison.OrdinalIgnoreCase)
                || media.MediaType.Equals("application/protobuf", StringComparison.OrdinalIgnoreCase)
                || media.MediaType.Equals("application/vnd.google.protobuf", StringComparison.OrdinalIgnoreCase));
}
