using MaaS.Serving.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Protocols.TensorFlow;

/// <summary><c>POST …:predict</c>, in rows or columns.</summary>
internal sealed class TensorFlowPredict(InferenceCalls calls, IOptions<MaaSServingOptions> options)
{
    private readonly long _limit = options.Value.MaxRequestBytes;

    public async Task AnswerAsync(HttpContext context)
    {
        using var call = await calls.BeginAsync(context, context.RoutedModel()).ConfigureAwait(false);
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
}
