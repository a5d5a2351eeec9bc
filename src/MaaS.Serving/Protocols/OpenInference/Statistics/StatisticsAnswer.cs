using System.Text.Json;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Http;
using MaaS.Serving.Models;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Protocols.OpenInference.Statistics;

/// <summary><c>GET …/stats</c>: of all models, of one, or of one version.</summary>
internal sealed class StatisticsAnswer(ModelRepository models, ServingStatistics statistics)
{
    public Task WriteAsync(HttpContext context)
    {
        var visible = new ModelAccess(models, context);
        var statuses = context.Route("name") is { } name
            ? visible.Status(name, context.Route("version")) : visible.Index();
        return JsonAnswer.WriteAsync(context, writer =>
        {
            writer.WriteStartArray("model_stats"u8);
            foreach (var status in statuses)
            {
                Write(writer, statistics.Of(status.Name, status.Version).Read());
            }

            writer.WriteEndArray();
        });
    }

    private static void Write(Utf8JsonWriter writer, ModelStatistics model)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, model.Name);
        writer.WriteString("version"u8, model.Version);
        writer.WriteNumber("last_inference"u8, model.LastInference?.ToUnixTimeMilliseconds() ?? 0);
        writer.WriteNumber("inference_count"u8, model.Inferences);
        writer.WriteNumber("execution_count"u8, model.Executions);
        writer.WriteStartObject("inference_stats"u8);
        Write(writer, "success", model.Success);
        Write(writer, "fail", model.Fail);
        Write(writer, "queue", model.Queue);
        Write(writer, "compute_input", model.ComputeInput);
        Write(writer, "compute_infer", model.ComputeInfer);
        Write(writer, "compute_output", model.ComputeOutput);
        Write(writer, "cache_hit", model.CacheHit);
        Write(writer, "cache_miss", default);
        writer.WriteEndObject();
        writer.WriteStartObject("response_stats"u8);
        writer.WriteEndObject();
        writer.WriteStartArray("batch_stats"u8);
        foreach (var batch in model.Batches)
        {
            writer.WriteStartObject();
            writer.WriteNumber("batch_size"u8, batch.Size);
            Write(writer, "compute_input", batch.Input);
            Write(writer, "compute_infer", batch.Infer);
            Write(writer, "compute_output", batch.Output);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("memory_usage"u8);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string member, DurationCount duration)
    {
        writer.WriteStartObject(member);
        writer.WriteNumber("count"u8, duration.Count);
        writer.WriteNumber("ns"u8, duration.Nanoseconds);
        writer.WriteEndObject();
    }
}
