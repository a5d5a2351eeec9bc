using System.Globalization;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Faults;
using MaaS.Serving.Http;
using MaaS.Serving.Models;
using MaaS.Serving.Protocols.SharedMemory;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Protocols.OpenInference;

/// <summary><c>POST …/infer</c>: JSON, JSON followed by binary tensors, or one raw tensor.</summary>
internal sealed class OpenInferenceInfer(
    InferenceCalls calls, RequestContextFactory contexts, SharedRegions regions, IOptions<MaaSServingOptions> options)
{
    private readonly long _limit = options.Value.MaxRequestBytes;

    public async Task AnswerAsync(HttpContext context)
    {
        var headerLength = HeaderLength(context);
        using var call = await calls.BeginAsync(
            context, new ModelReference(context.Route("name"), context.Route("version"))).ConfigureAwait(false);

        // Binary tensors read the body in place, so it stays until the run has ended.
        using var body = await RequestBody.ReadAsync(context, _limit, headerLength).ConfigureAwait(false);
        call.BeginInput();
        var request = Read(body, headerLength, call);
        OpenInferenceAnswer.ThrowIfNotJson(request, call.Model.Outputs);
        foreach (var (name, value) in request.Schedule)
        {
            SchedulePolicy.Apply(call.Client, name, value, contexts);
        }

        await call.RunAsync(request.OutputNames, context.RequestAborted).ConfigureAwait(false);
        await OpenInferenceAnswer.WriteAsync(context, call, request, regions).ConfigureAwait(false);
    }

    private OpenInferenceRequest Read(RequestBody body, int? headerLength, InferenceCall call)
    {
        if (headerLength == 0)
        {
            return RawRequest.Read(body.Binary, call.Tensors);
        }

        body.QuoteNonFinite();
        return OpenInferenceRequest.Read(body.Json, body.Binary, call.Tensors, regions.Reader(call.Client.Caller));
    }

    private static int? HeaderLength(HttpContext context)
        => !context.Request.Headers.TryGetValue(OpenInferenceAnswer.HeaderLength, out var text) ? null
            : int.TryParse(text.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length
            : throw RequestException.BadRequest(
                $"{OpenInferenceAnswer.HeaderLength}: expected a number of bytes, got '{text}'");
}
