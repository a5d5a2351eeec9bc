using System.Text.Json;
using MaaS.Core.Tests.Importing;

namespace MaaS.Serving.GenAI.Tests;

/// <summary>Makes folders as GenAI's model builder does, of the graphs that <c>decoders.py</c> wrote.</summary>
internal static class GenAIFolder
{
    /// <summary>Makes a folder of one of the fixtures.</summary>
    /// <param name="name">The fixture: its graph has position_ids where it is <c>llama-fp16</c>.</param>
    /// <param name="folder">The folder to make.</param>
    /// <param name="stops">Tokens that end a text.</param>
    public static void Make(string name, string folder, params long[] stops)
    {
        Directory.CreateDirectory(folder);
        var hasPositions = name == "llama-fp16";
        var network = Path.Combine(ForeignDecoder.Folder(name), hasPositions ? "onnx" : "");
        foreach (var file in Directory.EnumerateFiles(network, "model.onnx*")
            .Concat(Directory.EnumerateFiles(ForeignDecoder.Folder(name), "tokenizer*.json")))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        var inputs = new Dictionary<string, string>
        {
            ["input_ids"] = "input_ids",
            ["attention_mask"] = "attention_mask",
            ["past_key_names"] = "past_key_values.%d.key",
            ["past_value_names"] = "past_key_values.%d.value",
        };
        if (hasPositions)
        {
            inputs["position_ids"] = "position_ids";
        }

        File.WriteAllText(Path.Combine(folder, "genai_config.json"), JsonSerializer.Serialize(new
        {
            model = new
            {
                type = "llama",
                bos_token_id = 262,
                eos_token_id = stops,
                pad_token_id = stops[0],
                context_length = 128,
                vocab_size = 265,
                decoder = new
                {
                    filename = "model.onnx",
                    head_size = 8,
                    hidden_size = 32,
                    num_attention_heads = 4,
                    num_key_value_heads = 2,
                    num_hidden_layers = 2,
                    session_options = new { log_id = "onnxruntime-genai", provider_options = Array.Empty<object>() },
                    inputs,
                    outputs = new
                    {
                        logits = "logits",
                        present_key_names = "present.%d.key",
                        present_value_names = "present.%d.value",
                    },
                },
            },
            search = new { max_length = 128, num_beams = 1, do_sample = true, past_present_share_buffer = false },
        }));
    }
}
