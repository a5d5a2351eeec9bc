using System.Text.Json;
using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Http;
using MaaS.Serving.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Protocols.TensorFlow;

/// <summary><c>POST …:classify</c> and <c>:regress</c>, whose requests are lists of examples with named
/// features.</summary>
internal sealed class TensorFlowExamples(InferenceCalls calls, IOptions<MaaSServingOptions> options)
{
    private readonly long _limit = options.Value.MaxRequestBytes;

    /// <summary>Answers label and score of every class, in the model's order.</summary>
    public async Task ClassifyAsync(HttpContext context)
    {
        using var call = await RunAsync(context, "classify", ExampleOutputs.ScoresOf).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, writer =>
        {
            writer.WriteStartArray("results"u8);
            foreach (var classes in ExampleOutputs.Classes(call.Model, call.Outputs[0]))
            {
                WriteClasses(writer, classes);
            }

            writer.WriteEndArray();
        }).ConfigureAwait(false);
    }

    /// <summary>Answers one value for each example.</summary>
    public async Task RegressAsync(HttpContext context)
    {
        using var call = await RunAsync(context, "regress", ExampleOutputs.ValuesOf).ConfigureAwait(false);
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

    private static void WriteClasses(Utf8JsonWriter writer, (string Label, float Score)[] classes)
    {
        writer.WriteStartArray();
        foreach (var (label, score) in classes)
        {
            writer.WriteStartArray();
            writer.WriteStringValue(label);
            TensorJsonWriter.Write(writer, score);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }

    private async Task<InferenceCall> RunAsync(
        HttpContext context, string method, Func<ServedModel, TensorSpec> outputOf)
    {
        var call = await calls.BeginAsync(context, context.RoutedModel()).ConfigureAwait(false);
        try
        {
            var output = outputOf(call.Model);
            int rows;
            using (var body = await RequestBody.ReadAsync(context, _limit).ConfigureAwait(false))
            {
                call.BeginInput();
                body.QuoteNonFinite();
                rows = ExamplesRequest.Read(body.Json, call.Tensors);
            }

            await call.RunAsync([output.Name], context.RequestAborted).ConfigureAwait(false);
            ExampleOutputs.ThrowIfNoRows(method, call.Outputs, rows);
            return call;
        }
        catch
        {
            call.Dispose();
            throw;
        }
    }
}
