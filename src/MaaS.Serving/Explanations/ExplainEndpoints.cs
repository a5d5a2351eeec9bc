using System.Globalization;
using System.Text.Json;
using MaaS.Core.Explanations;
using MaaS.Onnx.Inference;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;
using MaaS.Serving.Http;
using MaaS.Serving.Models;
using MaaS.Serving.Protocols;
using MaaS.Serving.Protocols.Forms;
using MaaS.Serving.Protocols.Images;
using MaaS.Serving.Protocols.OpenInference;
using MaaS.Serving.Protocols.Predict;
using MaaS.Serving.Protocols.TorchServe;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Explanations;

/// <summary>
/// <c>POST /v1/models/{name}:explain</c>, KServe's address for explanations: takes what <c>:predict</c> takes, one row,
/// and says what each part of it contributes.
/// <c>?method=occlusion|shapley&amp;target=…&amp;permutations=…&amp;parts=…&amp;replacement=…</c>.
/// </summary>
internal sealed class ExplainEndpoints(
    InferenceCalls calls, IInferenceExecutor executor, ImageFiles images, ModelRepository models,
    ServingEndpoint endpoint, IOptions<MaaSServingOptions> options) : IEndpoints
{
    private const int MostParts = 1024;
    private const int MostPermutations = 256;


    public void Map(IEndpointRouteBuilder endpoints)
    {
        foreach (var address in new[] { "/v1/models/{name}:explain", "/v1/models/{name}/versions/{version}:explain" })
        {
            endpoints.MapPost(address, endpoint.Handle(ExplainAsync)).WithScope(ServingScope.Predict);
        }

        foreach (var address in new[] { "/explanations/{name}", "/explanations/{name}/{version}" })
        {
            endpoints.MapPost(address, endpoint.Handle(ExplainRawAsync)).WithScope(ServingScope.Predict)
                .WithErrors(TorchServeError.Form);
            endpoints.MapPut(address, endpoint.Handle(ExplainRawAsync)).WithScope(ServingScope.Predict)
                .WithErrors(TorchServeError.Form);
        }
    }

    private async Task ExplainAsync(HttpContext context)
    {
        var asked = Question.Read(context.Request.Query);
        using var call = await calls.BeginAsync(
            context, new ModelReference(context.Route("name"), context.Route("version"))).ConfigureAwait(false);
        using (var body = await RequestBody.ReadAsync(context, options.Value.MaxRequestBytes).ConfigureAwait(false))
        {
            call.BeginInput();
            body.QuoteNonFinite();
            RequestObject.Read(body.Json, new PredictForms(call.Model, call.Tensors, images));
        }

        await ExplainAsync(context, call, asked).ConfigureAwait(false);
    }

    /// <summary>TorchServe's address: one sample as its raw body, as its predictions take it.</summary>
    private async Task ExplainRawAsync(HttpContext context)
    {
        var asked = Question.Read(context.Request.Query);
        var name = context.Route("name")!;
        var version = context.Route("version") is { } text
            ? TorchServeError.Version(name, text).ToString(CultureInfo.InvariantCulture) : null;
        TorchServeError.ThrowIfUnregistered(models, name);
        using var call = await calls.BeginAsync(context, new ModelReference(name, version)).ConfigureAwait(false);
        using var body = await RawBody.ReadAsync(context, options.Value.MaxRequestBytes).ConfigureAwait(false);
        call.BeginInput();
        if (body.IsJson)
        {
            RequestObject.Read(body.Json(), new PredictForms(call.Model, call.Tensors, images));
        }
        else if (!images.TryRead(body.Bytes, call.Model, call.Tensors))
        {
            RawRequest.Read(body.Bytes, call.Tensors);
        }

        await ExplainAsync(context, call, asked).ConfigureAwait(false);
    }

    private async Task ExplainAsync(HttpContext context, InferenceCall call, Question asked)
    {
        call.Tensors.Finish();
        call.Client.Priority = RequestContext.LowestPriority;
        var masked = MaskedInput.Of(call.Model, call.Tensors.Values, asked.Parts, asked.Replacement);
        var explainer = new Explainer(
            masked.Parts, (masks, cancellation) => RunAsync(call, masked, masks, cancellation));
        Explanation explanation;
        try
        {
            explanation = asked.IsShapley
                ? await explainer.ShapleyAsync(
                    asked.Target, asked.Permutations, cancellationToken: context.RequestAborted).ConfigureAwait(false)
                : await explainer.OccludeAsync(asked.Target, context.RequestAborted).ConfigureAwait(false);
        }
        catch (ArgumentOutOfRangeException e) when (e.ParamName == "target")
        {
            throw RequestException.BadRequest(
                $"target: expected the index of an output of model '{call.Model.Name}', got {asked.Target}");
        }

        await JsonAnswer.WriteAsync(
            context, writer => Write(writer, call.Model, asked, masked, explanation)).ConfigureAwait(false);
    }

    private async ValueTask<float[]> RunAsync(
        InferenceCall call, MaskedInput masked, IReadOnlyList<bool[]> masks, CancellationToken cancellationToken)
    {
        var inputs = masked.Apply(masks);
        var request = new InferenceRequest(call.Model, inputs, call.Client) { Outputs = [call.Model.Outputs[0].Name] };
        using var outputs = await executor.RunAsync(request, cancellationToken).ConfigureAwait(false);
        return outputs[0].Type == ElementType.Float32 && outputs[0].Shape.Length is 1 or 2
            && outputs[0].Shape[0] == masks.Count
            ? outputs[0].AsSpan<float>().ToArray()
            : throw RequestException.BadRequest(
                $"model '{call.Model.Name}': expected a first output float32[batch,n] to explain, it gives "
                    + $"{outputs[0]}");
    }

    private static void Write(
        Utf8JsonWriter writer, ServedModel model, Question asked, MaskedInput masked, Explanation explanation)
    {
        writer.WriteStartArray("explanations"u8);
        writer.WriteStartObject();
        writer.WriteString("method"u8, asked.IsShapley ? "shapley" : "occlusion");
        writer.WriteNumber("target"u8, explanation.Target);
        if (model.Manifest?.Labels is { } labels && explanation.Target < labels.Count)
        {
            writer.WriteString("label"u8, labels[explanation.Target]);
        }

        writer.WriteNumber("value"u8, explanation.Value);
        writer.WriteNumber("base_value"u8, explanation.BaseValue);
        if (masked.Grid is { } grid)
        {
            writer.WriteStartArray("grid"u8);
            writer.WriteNumberValue(grid.Rows);
            writer.WriteNumberValue(grid.Columns);
            writer.WriteEndArray();
        }

        writer.WriteStartArray("contributions"u8);
        foreach (var contribution in explanation.Contributions)
        {
            writer.WriteNumberValue(contribution);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    /// <summary>The parameters of the address's query.</summary>
    private sealed record Question(bool IsShapley, int? Target, int Permutations, int Parts, float Replacement)
    {
        public static Question Read(IQueryCollection query)
        {
            var method = query.TryGetValue("method", out var named) ? named.ToString() : "occlusion";
            return method is not ("occlusion" or "shapley")
                ? throw RequestException.BadRequest($"method: expected occlusion or shapley, got '{method}'")
                : new Question(
                    method == "shapley",
                    query.ContainsKey("target") ? Whole(query, "target", 0, 0, int.MaxValue) : null,
                    Whole(query, "permutations", 16, 2, MostPermutations) / 2 * 2,
                    Whole(query, "parts", 196, 1, MostParts),
                    Number(query, "replacement"));
        }

        private static int Whole(IQueryCollection query, string name, int otherwise, int least, int most)
            => !query.TryGetValue(name, out var text) ? otherwise
                : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least
                && value <= most
                ? value
                : throw RequestException.BadRequest($"{name}: expected {least} to {most}, got '{text}'");

        private static float Number(IQueryCollection query, string name)
            => !query.TryGetValue(name, out var text) ? 0
                : float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
                && float.IsFinite(value)
                ? value
                : throw RequestException.BadRequest($"{name}: expected a finite number, got '{text}'");
    }
}
