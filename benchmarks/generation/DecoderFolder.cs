using System.Runtime.InteropServices;
using MaaS.Core.Generation;
using MaaS.Onnx.Quantization.WeightOnly;
using MaaS.Training.Models.Transformers;
using MaaS.Training.Pipelines.Generation;
using static TorchSharp.torch;

namespace MaaS.Benchmarks.Generation;

/// <summary>The decoder under test, for MaaS and in a folder for GenAI.</summary>
internal sealed partial class DecoderFolder : IDisposable
{
    public const int MaxLength = 1024, Padding = 50_256;

    private const int Layers = 12, Width = 768, Vocabulary = 50_257;

    private readonly string _path;

    private DecoderFolder(string path) => _path = path;

    /// <summary>The network with MaaS's input for the logits to keep.</summary>
    public string Network => Path.Combine(_path, "network.onnx");

    /// <summary>The folder that GenAI loads: the network without that input, which it does not know.</summary>
    public string GenAI => Path.Combine(_path, "genai");

    public static DecoderFolder Create(bool isInt8)
    {
        // GenAI sends telemetry unless the native environment says otherwise before it loads.
        SetEnvironment("ORT_DISABLE_TELEMETRY", "1", 1);
        var folder = new DecoderFolder(Directory.CreateTempSubdirectory("maas-generation-").FullName);
        Directory.CreateDirectory(folder.GenAI);
        random.manual_seed(1);
        using var gpt = new Gpt(new GptOptions
        {
            Vocabulary = Vocabulary,
            Decoder = new()
            {
                Width = Width,
                Layers = Layers,
                Heads = Width / 64,
                MaxLength = MaxLength,
                Activation = ActivationKind.GeluTanh,
            },
        });
        gpt.eval();
        var network = DecoderExport.Export(gpt).Model;
        if (isInt8)
        {
            network = new WeightOnlyQuantizer(new() { Bits = 8 }).Quantize(network);
        }

        network.Save(Path.Combine(folder.GenAI, "model.onnx"));
        File.WriteAllText(Path.Combine(folder.GenAI, "genai_config.json"), Config);
        LogitsToKeep.Add(network);
        network.Save(folder.Network);
        return folder;
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);

    private static string Config => $$"""
        {
          "model": {
            "bos_token_id": 50255, "eos_token_id": 50255, "pad_token_id": 50256, "context_length": {{MaxLength}},
            "vocab_size": {{Vocabulary}}, "type": "decoder",
            "decoder": {
              "filename": "model.onnx", "head_size": 64, "hidden_size": {{Width}},
              "num_attention_heads": {{Width / 64}}, "num_key_value_heads": {{Width / 64}},
              "num_hidden_layers": {{Layers}}, "session_options": {},
              "inputs": {
                "input_ids": "input_ids", "attention_mask": "attention_mask", "position_ids": "position_ids",
                "past_key_names": "past_key_values.%d.key", "past_value_names": "past_key_values.%d.value"
              },
              "outputs": {
                "logits": "logits", "present_key_names": "present.%d.key", "present_value_names": "present.%d.value"
              }
            }
          },
          "search": {
            "do_sample": false, "num_beams": 1, "min_length": 0, "max_length": {{MaxLength}},
            "past_present_share_buffer": false, "repetition_penalty": 1.0, "temperature": 1.0, "top_k": 1, "top_p": 1.0
          }
        }
        """;

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
