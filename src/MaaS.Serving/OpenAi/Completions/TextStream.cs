using MaaS.Serving.Endpoints;
using MaaS.Serving.Http;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.OpenAi.Completions;

/// <summary>Streams as OpenAI's clients read them.</summary>
internal static class TextStream
{
    /// <summary>Sends events, then <c>[DONE]</c>. What fails before the first event is answered with its status; what
    /// fails later is the last event, and <c>[DONE]</c> does not come.</summary>
    /// <param name="context">The request.</param>
    /// <param name="endpoint">Tells the log of failures.</param>
    /// <param name="send">Sends the events.</param>
    public static async Task SendAsync(HttpContext context, ServingEndpoint endpoint, Func<Task> send)
    {
        try
        {
            await send().ConfigureAwait(false);
            await EventStream.WriteDoneAsync(context).ConfigureAwait(false);
        }
        catch (Exception e) when (context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            var failure = endpoint.Explain(context, e);
            await EventStream.WriteAsync(context, writer => OpenAiError.WriteMembers(writer, failure))
                .ConfigureAwait(false);
        }
    }
}
