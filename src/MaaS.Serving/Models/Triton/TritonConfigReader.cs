using System.Globalization;
using System.Text;

namespace MaaS.Serving.Models.Triton;

/// <summary>Reads <c>config.pbtxt</c>.</summary>
/// <remarks>Source: Triton Inference Server, model_config.proto and its documentation of model configuration.</remarks>
internal static class TritonConfigReader
{
    public const string FileName = "config.pbtxt";

    // The largest published configurations have a few kilobytes.
    private const int MaxBytes = 1 << 20;

    private static readonly string[] Known =
    [
        "name", "platform", "backend", "runtime", "max_batch_size", "input", "output", "default_model_filename",
        "version_policy", "dynamic_batching",
        "instance_group", "model_warmup", "parameters",
    ];

    /// <summary>Reads the configuration in a model's folder.</summary>
    /// <exception cref="InvalidDataException">The file is no configuration, or of a model that ONNX Runtime does not
    /// run.</exception>
    public static TritonConfig Read(string folder)
    {
        var file = Path.Combine(folder, FileName);
        if (new FileInfo(file).Length > MaxBytes)
        {
            throw new InvalidDataException($"{file}: expected at most {MaxBytes} bytes.");
        }

        try
        {
            return Read(TextProtoReader.Read(File.ReadAllText(file, Encoding.UTF8)), folder);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{file}: {e.Message}", e);
        }
    }

    private static TritonConfig Read(TextProtoMessage config, string folder)
    {
        var name = Path.GetFileName(folder);
        if (config.Text("name") is { Length: > 0 } named && named != name)
        {
            throw new InvalidDataException($"name: expected the name of its folder, '{name}', got '{named}'.");
        }

        var (platform, backend) = (config.Text("platform") ?? "", config.Text("backend") ?? "");
        if (platform is not ("" or "onnxruntime_onnx" or "onnx_onnxv1") || backend is not ("" or "onnxruntime"))
        {
            throw new InvalidDataException(
                $"expected the backend onnxruntime, got platform '{platform}' and backend '{backend}'; export the "
                    + "model to ONNX.");
        }

        var maxBatchSize = Bounded("max_batch_size", config.Integer("max_batch_size"), 0, 65_536);
        var ignored = new SortedSet<string>(config.Names.Except(Known), StringComparer.Ordinal);
        var options = ReadOptions(config, maxBatchSize, ignored);
        var fileName = config.Text("default_model_filename") is { Length: > 0 } own ? own : "model.onnx";
        if (fileName != Path.GetFileName(fileName) || fileName is "." or "..")
        {
            throw new InvalidDataException($"default_model_filename: expected the name of a file, got '{fileName}'.");
        }

        return new TritonConfig
        {
            MaxBatchSize = maxBatchSize,
            Options = options,
            FileName = fileName,
            Tensors = [.. Tensors(config, "input", ignored), .. Tensors(config, "output", ignored)],
            Labels = ReadLabels(config, folder),
            Warmups = [.. config.Messages("model_warmup").Select(w => TritonWarmup.Read(w, maxBatchSize ?? 0, folder))],
            Ignored = [.. ignored],
        };
    }

    private static ModelOptions ReadOptions(TextProtoMessage config, int? maxBatchSize, SortedSet<string> ignored)
    {
        var batching = config.Message("dynamic_batching");
        var policy = batching?.Message("default_queue_policy");
        Ignore(
            batching, "dynamic_batching", ignored, "preferred_batch_size", "max_queue_delay_microseconds",
            "default_queue_policy", "preserve_ordering");
        Ignore(policy, "default_queue_policy", ignored, "max_queue_size");
        var parameters = config.Messages("parameters")
            .ToLookup(p => p.Text("key") ?? "", p => p.Message("value")?.Text("string_value"), StringComparer.Ordinal);
        ignored.UnionWith(
            parameters.Select(p => p.Key).Except(["intra_op_thread_count", "inter_op_thread_count"])
                .Select(k => $"parameters.{k}"));
        return new ModelOptions
        {
            // Without dynamic_batching requests do not share runs; a model without a batch axis has nothing to share.
            MaxBatchSize = batching is not null && maxBatchSize is > 0 and var most
                ? most : maxBatchSize is null && batching is null ? null : 1,
            MaxBatchDelay = batching?.Integer("max_queue_delay_microseconds") is { } delay
                ? TimeSpan.FromMicroseconds(Bounded("max_queue_delay_microseconds", delay, 0, 60_000_000)!.Value)
                : null,
            PreferredBatchSizes = batching?.Integers("preferred_batch_size").ToArray() is { Length: > 0 } sizes
                ? [
                    .. sizes.Select(
                        s => Bounded("preferred_batch_size", s, 1, Math.Max(1, maxBatchSize ?? 65_536))!.Value)] : null,
            QueueLimit = policy?.Integer("max_queue_size") is > 0 and var queue
                ? (int)Math.Min(queue, int.MaxValue) : null,
            Concurrency = ReadInstances(config, ignored),
            Versions = ReadVersions(config.Message("version_policy")),
            IntraOpThreads = Threads(parameters, "intra_op_thread_count"),
            InterOpThreads = Threads(parameters, "inter_op_thread_count") is > 0 and var inter ? inter : null,
        };
    }

    private static int? Threads(ILookup<string, string?> parameters, string key)
        => parameters[key].LastOrDefault() is not { } text ? null
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= 1024
                ? count
            : throw new InvalidDataException($"{key}: expected 0 to 1024, got '{text}'.");

    /// <summary>Instances on the CPU are runs at once; what is asked of a GPU is named as ignored.</summary>
    private static int? ReadInstances(TextProtoMessage config, SortedSet<string> ignored)
    {
        var count = 0;
        foreach (var group in config.Messages("instance_group"))
        {
            Ignore(group, "instance_group", ignored, "name", "kind", "count");
            if (group.Text("kind") is "KIND_GPU" or "KIND_MODEL")
            {
                ignored.Add($"instance_group.{group.Text("kind")}");
            }

            count += Bounded("instance_group.count", group.Integer("count") ?? 1, 1, 1024)!.Value;
        }

        return count > 0 ? Math.Min(count, 1024) : null;
    }

    private static string? ReadVersions(TextProtoMessage? policy)
        => policy is null ? null
            : policy.Message("all") is not null ? "all"
            : policy.Message("specific") is { } specific ? Numbers(specific)
            : policy.Message("latest") is { } latest
                ? $"latest:{Bounded("num_versions", latest.Integer("num_versions") ?? 1, 1, int.MaxValue)}"
            : throw new InvalidDataException("version_policy: expected latest, all or specific.");

    private static string Numbers(TextProtoMessage specific)
    {
        var versions = specific.Integers("versions").ToArray();
        return versions.Length > 0 && versions.All(v => v > 0) ? string.Join(',', versions)
            : throw new InvalidDataException("version_policy: expected versions above 0 in 'specific'.");
    }

    private static IEnumerable<TritonTensor> Tensors(TextProtoMessage config, string field, SortedSet<string> ignored)
    {
        foreach (var tensor in config.Messages(field))
        {
            Ignore(tensor, field, ignored, "name", "data_type", "dims", "format", "label_filename");
            var name = tensor.Text("name") ?? throw new InvalidDataException($"{field}: expected a name in each.");
            yield return new TritonTensor(
                name, field == "input", tensor.Text("data_type"), [.. tensor.Integers("dims")]);
        }
    }

    private static string[]? ReadLabels(TextProtoMessage config, string folder)
    {
        var file = config.Messages("output").Select(o => o.Text("label_filename"))
            .FirstOrDefault(f => !string.IsNullOrEmpty(f));
        if (file is null)
        {
            return null;
        }

        if (file != Path.GetFileName(file))
        {
            throw new InvalidDataException($"label_filename: expected a file of the model's folder, got '{file}'.");
        }

        return File.Exists(Path.Combine(folder, file))
            ? [.. File.ReadLines(Path.Combine(folder, file)).Select(l => l.Trim()).Where(l => l.Length > 0)]
            : throw new InvalidDataException(
                $"label_filename: expected the file '{file}' in the model's folder, it is missing.");
    }

    private static void Ignore(TextProtoMessage? message, string path, SortedSet<string> ignored, params string[] known)
        => ignored.UnionWith(message?.Names.Except(known).Select(n => $"{path}.{n}") ?? []);

    private static int? Bounded(string name, long? value, int from, int to)
        => value is null ? null : value >= from && value <= to ? (int)value
            : throw new InvalidDataException($"{name}: expected {from} to {to}, got {value}.");
}
