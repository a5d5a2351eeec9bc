using System.Text;
using MaaS.Core.Generation;
using MaaS.Core.Packages;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Faults;
using MaaS.Serving.Http;
using MaaS.Serving.Models;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Generation;

/// <summary>
/// Triton's generate extension: <c>POST …/generate</c> continues a text and answers it whole, <c>…/generate_stream</c>
/// sends each piece as a server-sent event when it is there.
/// </summary>
internal sealed class GenerateEndpoints(
    ModelRepository models, RequestContextFactory contexts, GenerationMetrics metrics, TokenAccounts accounts,
    ServingEndpoint endpoint, IOptions<MaaSServingOptions> options) : IEndpoints
{
    // More text than any cache holds tokens of; tokenising it would only take time.
    private const long LargestRequest = 1 << 20;

    private readonly long _limit = Math.Min(options.Value.MaxRequestBytes, LargestRequest);


    public void Map(IEndpointRouteBuilder endpoints)
    {
        foreach (var model in new[] { "/v2/models/{name}", "/v2/models/{name}/versions/{version}" })
        {
            endpoints.MapPost(model + "/generate", endpoint.Handle(AnswerAsync)).WithScope(ServingScope.Predict);
            endpoints.MapPost(model + "/generate_stream", endpoint.Handle(StreamAsync)).WithScope(ServingScope.Predict);
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var call = await BeginAsync(context, isStream: false).ConfigureAwait(false);
        var text = new StringBuilder();
        var finish = FinishReason.None;
        await call.RunAsync(
            piece =>
            {
                text.Append(piece.Text);
                finish = piece.Finish;
                return Task.CompletedTask;
            },
            context.RequestAborted).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(
            context, writer => call.Write(writer, text.ToString(), finish)).ConfigureAwait(false);
    }

    private async Task StreamAsync(HttpContext context)
    {
        using var call = await BeginAsync(context, isStream: true).ConfigureAwait(false);
        try
        {
            // Half a character is no text yet.
            await call.RunAsync(
                piece => piece is { Text.Length: 0, Finish: FinishReason.None } ? Task.CompletedTask
                    : EventStream.WriteAsync(context, writer => call.Write(writer, piece.Text, piece.Finish)),
                context.RequestAborted).ConfigureAwait(false);
        }
        catch (Exception e) when (context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            // The status is sent: what went wrong is the last event.
            var failure = endpoint.Explain(context, e);
            await EventStream.WriteAsync(
                context, writer => writer.WriteString("error"u8, failure.Message)).ConfigureAwait(false);
        }
    }

    private async Task<GenerationCall> BeginAsync(HttpContext context, bool isStream)
    {
        var client = contexts.Of(context);
        var lease = await models.AcquireAsync(
            new ModelReference(
                context.Route("name"), context.Route("version")), client, context.RequestAborted).ConfigureAwait(false);
        try
        {
            var runner = lease.Model.Generation ?? throw RequestException.BadRequest(
                $"model '{lease.Model.Name}': expected a package of task '{ModelManifest.TextGeneration}', got "
                + $"{(lease.Model.Manifest?.Task is { } task ? $"task '{task}'" : "none")}; use infer");
            using var body = await RequestBody.ReadAsync(context, _limit).ConfigureAwait(false);
            return new GenerationCall(
                lease, runner, GenerateRequest.Read(body.Json, isStream), client, metrics, accounts);
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }
}
