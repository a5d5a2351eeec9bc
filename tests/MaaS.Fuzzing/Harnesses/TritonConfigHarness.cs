using MaaS.Fuzzing.Engine;
using MaaS.Serving.Models.Triton;

namespace MaaS.Fuzzing.Harnesses;

/// <summary>Triton's configurations in protobuf's text format.</summary>
internal sealed class TritonConfigHarness : IFuzzHarness
{
    private readonly Lazy<string> _folder = new(static () =>
    {
        var folder = Directory.CreateDirectory(TemporaryPath.Of("m")).FullName;
        File.WriteAllText(Path.Combine(folder, "labels.txt"), "a\nb\n");
        return folder;
    });

    public string Name => "config-pbtxt";

    public IReadOnlyList<string> Words { get; } =
    [
        "name: \"m\"", "platform: \"onnxruntime_onnx\"", "backend: \"onnxruntime\"", "max_batch_size: ", "input",
        "output", "dims: [ -1, 4 ]", "data_type: TYPE_FP32",
        "dynamic_batching", "preferred_batch_size: [ 4, 8 ]", "max_queue_delay_microseconds: 100", "instance_group",
        "count: 2", "kind: KIND_CPU",
        "version_policy", "latest { num_versions: 1 }", "specific { versions: [1, 3] }", "all { }", "model_warmup",
        "batch_size: 1", "inputs", "key: \"x\"",
        "value", "zero_data: true", "random_data: true", "input_data_file: \"../a\"", "label_filename: \"labels.txt\"",
        "parameters", "default_model_filename: \"model.onnx\"",
        "{", "}", "[", "]", "<", ">", ":", ",", ";", "#", "\"", "'", "\\n", "\\x41", "\\101", "\\u0041", "[a.b/c]",
        "0x10", "010", "-", "1f", "inf",
    ];

    public IReadOnlyList<byte[]> Seeds() =>
    [
        "name: \"m\"\nplatform: \"onnxruntime_onnx\"\nmax_batch_size: 8\ninput [ { name: \"x\" data_type: TYPE_FP32 dims: [ 4 ] } ]\noutput { name: \"y\", data_type: TYPE_FP32; dims: -1 label_filename: \"labels.txt\" }\n"u8.ToArray(),
        "backend: 'onnxruntime' # comment\ndynamic_batching { preferred_batch_size: [ 4, 8 ] max_queue_delay_microseconds: 100 }\ninstance_group [ { count: 2 kind: KIND_CPU } ]\nversion_policy: { specific: { versions: [ 1, 3 ] } }\n"u8.ToArray(),
        "max_batch_size: 4\nmodel_warmup { name: \"w\" batch_size: 2 count: 1 inputs { key: \"x\" value { data_type: TYPE_FP32 dims: 4 zero_data: true } } }\nparameters { key: \"a\" value { string_value: \"b\" \"c\" } }\n"u8.ToArray(),
    ];

    public bool IsDocumented(Exception exception) => exception is InvalidDataException;

    public void Run(byte[] input)
    {
        File.WriteAllBytes(Path.Combine(_folder.Value, TritonConfigReader.FileName), input);
        var config = TritonConfigReader.Read(_folder.Value);
        FuzzFaultException.Unless(
            config.FileName == Path.GetFileName(config.FileName),
            $"expected a file of the folder, got '{config.FileName}'");
        FuzzFaultException.Unless(
            config.MaxBatchSize is null or >= 0, $"expected a batch size of 0 or more, got {config.MaxBatchSize}");
        foreach (var warmup in config.Warmups)
        {
            FuzzFaultException.Unless(
                warmup.Inputs.All(i => i.Shape.All(s => s >= 0)), "expected warm-up inputs of fixed sizes");
        }
    }
}
