using System.Globalization;
using System.Text.Json;
using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Models.Triton;

namespace MaaS.Serving.Protocols.OpenInference;

/// <summary>
/// A model's configuration as Triton's <c>ModelConfig</c> in JSON, with the fields at their defaults that its clients
/// look for. Fields that say nothing of MaaS are left out.
/// </summary>
/// <remarks>Source: model_config.proto of Triton Inference Server; the members keep the names of the fields.</remarks>
internal static class ModelConfigAnswer
{
    private static readonly HashSet<string> OfGpus = new(StringComparer.Ordinal) { "cuda", "tensorrt", "dml" };

    /// <param name="writer">Stands within an object.</param>
    /// <param name="model">The model.</param>
    /// <param name="inputs">What clients are told to send.</param>
    public static void Write(Utf8JsonWriter writer, ServedModel model, IReadOnlyList<TensorSpec> inputs)
    {
        var size = ModelConfigShape.MaxBatchSize(model, inputs);
        writer.WriteString("name"u8, model.Name);
        writer.WriteString("platform"u8, ServerDescription.Platform);
        writer.WriteString("backend"u8, ServerDescription.Backend);
        WriteVersions(writer, VersionPolicy.TryParse(model.Options.Versions) ?? VersionPolicy.Latest);
        writer.WriteNumber("max_batch_size"u8, size);
        WriteTensors(writer, "input", inputs, hasBatchAxis: size > 0);
        WriteTensors(writer, "output", model.Outputs, hasBatchAxis: size > 0);
        WriteEmptyArray(writer, "batch_input");
        WriteEmptyArray(writer, "batch_output");
        WriteOptimization(writer, model.Options.Providers ?? []);
        if (size > 0 && model.Batching is { MaxBatchSize: > 1 } batching)
        {
            WriteBatching(writer, batching);
        }

        WriteInstances(writer, model);
        writer.WriteString("default_model_filename"u8, "");
        WriteEmptyObject(writer, "cc_model_filenames");
        WriteEmptyObject(writer, "metric_tags");
        WriteParameters(writer, model);
        writer.WriteStartObject("model_transaction_policy"u8);
        writer.WriteBoolean("decoupled"u8, false);
        writer.WriteEndObject();
        writer.WriteStartObject("response_cache"u8);
        writer.WriteBoolean("enable"u8, model.Options.CacheBytes is > 0);
        writer.WriteEndObject();
    }

    private static void WriteVersions(Utf8JsonWriter writer, VersionPolicy policy)
    {
        writer.WriteStartObject("version_policy"u8);
        writer.WriteStartObject(policy.IsAll ? "all" : policy.Newest is null ? "specific" : "latest");
        if (policy is { IsAll: false, Newest: { } count })
        {
            writer.WriteNumber("num_versions"u8, count);
        }
        else if (!policy.IsAll)
        {
            WriteNumbers(writer, "versions", policy.Named.Select(v => (long)v));
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteTensors(
        Utf8JsonWriter writer, string member, IReadOnlyList<TensorSpec> specs, bool hasBatchAxis)
    {
        writer.WriteStartArray(member);
        foreach (var spec in specs)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, spec.Name);
            writer.WriteString("data_type"u8, TritonCheck.NameOf(spec.Type));
            if (member == "input")
            {
                writer.WriteString("format"u8, "FORMAT_NONE"u8);
            }

            WriteNumbers(writer, "dims", ModelConfigShape.Dims(spec, hasBatchAxis));
            if (member == "input")
            {
                writer.WriteBoolean("allow_ragged_batch"u8, false);
                writer.WriteBoolean("optional"u8, false);
            }
            else
            {
                writer.WriteString("label_filename"u8, "");
            }

            writer.WriteBoolean("is_shape_tensor"u8, false);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteOptimization(Utf8JsonWriter writer, IReadOnlyList<string> providers)
    {
        writer.WriteStartObject("optimization"u8);
        writer.WriteString("priority"u8, "PRIORITY_DEFAULT"u8);
        WriteAccelerators(writer, [.. providers.Where(p => p != "cpu")]);
        foreach (var memory in (ReadOnlySpan<string>)["input_pinned_memory", "output_pinned_memory"])
        {
            writer.WriteStartObject(memory);
            writer.WriteBoolean("enable"u8, false);
            writer.WriteEndObject();
        }

        writer.WriteNumber("gather_kernel_buffer_threshold"u8, 0);
        writer.WriteBoolean("eager_batching"u8, false);
        writer.WriteEndObject();
    }

    private static void WriteAccelerators(Utf8JsonWriter writer, string[] providers)
    {
        if (providers.Length == 0)
        {
            return;
        }

        writer.WriteStartObject("execution_accelerators"u8);
        foreach (var kind in providers.GroupBy(
            p => OfGpus.Contains(p) ? "gpu_execution_accelerator" : "cpu_execution_accelerator"))
        {
            writer.WriteStartArray(kind.Key);
            foreach (var provider in kind)
            {
                writer.WriteStartObject();
                writer.WriteString("name"u8, provider);
                WriteEmptyObject(writer, "parameters");
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void WriteBatching(Utf8JsonWriter writer, BatchingOptions batching)
    {
        writer.WriteStartObject("dynamic_batching"u8);
        WriteNumbers(writer, "preferred_batch_size", batching.PreferredSizes.Select(s => (long)s));
        writer.WriteNumber("max_queue_delay_microseconds"u8, (long)batching.MaxDelay.TotalMicroseconds);
        writer.WriteBoolean("preserve_ordering"u8, false);
        writer.WriteNumber("priority_levels"u8, RequestContext.LowestPriority + 1);
        writer.WriteNumber("default_priority_level"u8, RequestContext.DefaultPriority + 1); // Triton counts from 1.
        writer.WriteStartObject("default_queue_policy"u8);
        writer.WriteString("timeout_action"u8, "REJECT"u8);
        writer.WriteNumber("default_timeout_microseconds"u8, 0);
        writer.WriteBoolean("allow_timeout_override"u8, true);
        writer.WriteNumber("max_queue_size"u8, batching.QueueLimit);
        writer.WriteEndObject();
        WriteEmptyObject(writer, "priority_queue_policy");
        writer.WriteEndObject();
    }

    private static void WriteInstances(Utf8JsonWriter writer, ServedModel model)
    {
        writer.WriteStartArray("instance_group"u8);
        writer.WriteStartObject();
        writer.WriteString("name"u8, model.Name);
        writer.WriteString("kind"u8, model.Options.Providers?.Any(OfGpus.Contains) == true ? "KIND_GPU" : "KIND_CPU");
        writer.WriteNumber("count"u8, model.Runner.Instances ?? 1);
        WriteEmptyArray(writer, "gpus");
        WriteEmptyArray(writer, "secondary_devices");
        WriteEmptyArray(writer, "profile");
        writer.WriteBoolean("passive"u8, false);
        writer.WriteString("host_policy"u8, "");
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    /// <summary>The threads of the session, as Triton's backend for ONNX Runtime names them.</summary>
    private static void WriteParameters(Utf8JsonWriter writer, ServedModel model)
    {
        writer.WriteStartObject("parameters"u8);
        if (model.Model is not null)
        {
            var threads = ThreadPlan.Of(model.Options).IntraOpThreads;
            foreach (var (name, value) in (ReadOnlySpan<(string, int)>)
                [("intra_op_thread_count", threads), ("inter_op_thread_count", model.Options.InterOpThreads ?? 1)])
            {
                writer.WriteStartObject(name);
                writer.WriteString("string_value"u8, value.ToString(CultureInfo.InvariantCulture));
                writer.WriteEndObject();
            }
        }

        writer.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter writer, string member, IEnumerable<long> numbers)
    {
        writer.WriteStartArray(member);
        foreach (var number in numbers)
        {
            writer.WriteNumberValue(number);
        }

        writer.WriteEndArray();
    }

    private static void WriteEmptyArray(Utf8JsonWriter writer, string member) => WriteNumbers(writer, member, []);

    private static void WriteEmptyObject(Utf8JsonWriter writer, string member)
    {
        writer.WriteStartObject(member);
        writer.WriteEndObject();
    }
}
