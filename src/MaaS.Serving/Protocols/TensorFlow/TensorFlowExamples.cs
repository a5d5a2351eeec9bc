using System.Text.Json;
using MaaS.Core.Inference;
using MaaS.Core.Packages;
using MaaS.Serving.Http;
using MaaS.Serving.Json;
using MaaS.Serving.Models;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Protocols.TensorFlow;

/// <summary><c>POST …:classify</c> and <c>:regress</c>, whose requests are lists of examples with named features.</summary>
internal sealed class TensorFlowExamples(InferenceCalls calls, IOptions<MaaSServingOptions> options)
{
    private readonly long _limit = options.Value.MaxRequestBytes;

    /// <summary>Answers label and score of every class, in the model's order.</summary>
    public async Task ClassifyAsync(HttpContext context)
    {
        using var call = await RunAsync(
            context, "classify", "float32 scores of shape (N, classes)", o => o is { Type: ElementType.Float32, Shape.Count: 2 }).ConfigureAwait(false);
        var scores = call.Outputs[0];
        var rows = (int)scores.Shape[0];
        var classes = (int)scores.Shape[1];
        var manifest = call.Model.Manifest;
        var labels = manifest?.Labels?.Count == classes ? manifest.Labels : null;
        var isLogits = manifest?.Task == ModelManifest.Classification;
        await JsonAnswer.WriteAsync(context, writer =>
        {
            var probabilities = new float[classes];
            writer.WriteStartArray("results"u8);
            for (var row = 0; row < rows; row++)
            {
                var values = scores.AsSpan<float>().Slice(row * classes, classes);
                if (isLogits && classes > 0)
                {
                    Softmax.Compute(values, probabilities);
                    values = probabilities;
                }

                WriteClasses(writer, values, labels);
            }

            writer.WriteEndArray();
        }).ConfigureAwait(false);
    }

    /// <summary>Answers one value for each example.</summary>
    public async Task RegressAsync(HttpContext context)
    {
        using var call = await RunAsync(
            context, "regress", "float32 values of shape (N) or (N, 1)",
            o => o is { Type: ElementType.Float32, Shape: [_] or [_, 1] }).ConfigureAwait(false);
        var values = call.Outputs[0];
        await JsonAnswer.WriteAsync(context, writer =>
        {
            writer.WriteStartArray("results"u8);
            foreach (var value in values.AsSpan<float>())
            {
                TensorJsonWriter.Write(writer, value);
            }

            writer.WriteEndArray();
        }).ConfigureAwait(false);
    }

    private static void WriteClasses(Utf8JsonWriter writer, ReadOnlySpan<float> scores, IReadOnlyList<string>? labels)
    {
        writer.WriteStartArray();
        for (var i = 0; i < scores.Length; i++)
        {
            writer.WriteStartArray();
            writer.WriteStringValue(labels?[i] ?? "");
            TensorJsonWriter.Write(writer, scores[i]);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }

    private async Task<InferenceCall> RunAsync(HttpContext context, string method, string expected, Func<TensorSpec, bool> isWanted)
    {
        var call = await calls.BeginAsync(context, context.RoutedModel()).ConfigureAwait(false);
        try
        {
            var output = call.Model.Outputs.FirstOrDefault(isWanted) ?? throw Unfit(method, expected, call.Model);
            int rows;
            using (var body = await RequestBody.ReadAsync(context, _limit).ConfigureAwait(false))
            {
                call.BeginInput();
                body.QuoteNonFinite();
                rows = ExamplesRequest.Read(body.Json, call.Tensors);
            }

            await call.RunAsync([output.Name], context.RequestAborted).ConfigureAwait(false);
            return call.Outputs[0].Shape[0] == rows ? call
                : throw RequestException.BadRequest($"{method}: expected one entry for each of {rows} examples, the model gives {output.Name}: {call.Outputs[0]}");
        }
        catch
        {
            call.Dispose();
            throw;
        }
    }

    private static RequestException Unfit(string method, string expected, ServedModel model)
        => RequestException.BadRequest($"{method}: expected a model with {expected}, '{model.Name}' has {string.Join("; ", model.Outputs)}; use predict");
}
