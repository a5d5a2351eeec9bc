using System.Text.Json;
using System.Text.Json.Nodes;
using MaaS.Core.Generation.Adapters;
using MaaS.Core.Packages;
using MaaS.Primitives.Files;
using MaaS.Training.Models.Transformers;
using MaaS.Training.Models.Transformers.Llama;
using MaaS.Training.Models.Transformers.Lora;
using static TorchSharp.torch;

namespace MaaS.Training.Checkpoints;

/// <summary>Adapters in the layout of PEFT: a folder with <c>adapter_config.json</c> and
/// <c>adapter_model.safetensors</c>.</summary>
public static class LoraCheckpoint
{
    /// <summary>Name of the file with the settings.</summary>
    public const string ConfigFile = "adapter_config.json";

    /// <summary>Name of the file with the small matrices.</summary>
    public const string WeightsFile = "adapter_model.safetensors";

    private const string Prefix = "base_model.model.", Down = ".lora_A.weight", Up = ".lora_B.weight";

    // What these settings say changes what the matrices mean.
    private static readonly string[] Refused =
    [
        "use_dora", "modules_to_save", "layers_to_transform", "rank_pattern", "alpha_pattern", "fan_in_fan_out",
        "layer_replication", "trainable_token_indices",
    ];

    private static readonly Dictionary<string, string> TheirTargets = new()
    {
        ["query"] = "q_proj",
        ["key"] = "k_proj",
        ["value"] = "v_proj",
        ["output"] = "o_proj",
        ["gate"] = "gate_proj",
        ["up"] = "up_proj",
        ["down"] = "down_proj",
    };

    /// <summary>PEFT's names of the layers that can be adapted.</summary>
    public static IReadOnlyList<string> TargetModules { get; } = [.. TheirTargets.Values];

    /// <summary>What <see cref="LoraOptions.Targets"/> calls layers of PEFT's names.</summary>
    /// <param name="modules">Some of <see cref="TargetModules"/>.</param>
    /// <exception cref="ArgumentException">One is none of them.</exception>
    public static IReadOnlyList<string> Targets(IEnumerable<string> modules)
        => [.. modules.Select(m => TheirTargets.FirstOrDefault(t => t.Value == m).Key ?? throw new ArgumentException(
            $"target modules: expected some of {string.Join(", ", TargetModules)}, got '{m}'.", nameof(modules)))];

    /// <summary>Writes a folder that PEFT reads.</summary>
    /// <param name="folder">Created when it is not there; adapters in it are replaced.</param>
    /// <param name="model">Adapted; a <see cref="LlamaModel"/> below.</param>
    /// <param name="start">What the model below is called; null where it has no name.</param>
    /// <exception cref="ArgumentException">The family below holds several layers as one matrix.</exception>
    public static void Save(string folder, LoraModel model, string? start = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(model);
        var names = Names(model);
        var options = model.Options;
        Directory.CreateDirectory(folder);
        ModelWeights.Write(
            Path.Combine(folder, WeightsFile), names, new Dictionary<string, string> { ["format"] = "pt" });
        AtomicFile.WriteText(Path.Combine(folder, ConfigFile), new JsonObject
        {
            ["peft_type"] = "LORA",
            ["task_type"] = "CAUSAL_LM",
            ["base_model_name_or_path"] = start,
            ["r"] = options.Rank,
            ["lora_alpha"] = options.Alpha,
            ["lora_dropout"] = options.Dropout,
            ["use_rslora"] = options.IsRankStabilized,
            ["target_modules"] = new JsonArray([.. options.Targets.Select(static t => (JsonNode)TheirTargets[t])]),
            ["bias"] = "none",
            ["fan_in_fan_out"] = false,
            ["inference_mode"] = true,
        }.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
    }

    /// <summary>Adapts a model with the matrices of a folder.</summary>
    /// <param name="folder">Holds <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</param>
    /// <param name="model">Of the sizes that the adapters were trained on; it stays the caller's.</param>
    /// <returns>The adapted model, which the caller disposes or merges.</returns>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, is of another kind of adapters, or its matrices do not
    /// fit the model; the model is as it was.</exception>
    /// <exception cref="ArgumentException">The model's family holds several layers as one matrix.</exception>
    public static LoraModel Load(string folder, CausalLanguageModel model)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(model);
        ThrowIfMerged(model);
        var (config, weights) = (Path.Combine(folder, ConfigFile), Path.Combine(folder, WeightsFile));
        foreach (var file in new[] { config, weights }.Where(static f => !File.Exists(f)))
        {
            throw new FileNotFoundException(
                $"{folder}: expected adapters with {Path.GetFileName(file)}, found none in it.", file);
        }

        LoraModel? adapted = null;
        try
        {
            adapted = new LoraModel(model, Read(config));
            using var matrices = SafeTensorsFile.Open(weights);
            ModelWeights.Fill(Names(adapted), matrices, weights);
            return adapted;
        }
        catch (ArgumentException e)
        {
            adapted?.Dispose();
            throw new InvalidDataException($"{folder}: {e.Message}", e);
        }
        catch
        {
            adapted?.Dispose();
            throw;
        }
    }

    /// <summary>Fails where a family's checkpoints hold several of the layers as one matrix, for which adapters in
    /// PEFT's layout are another thing.</summary>
    /// <exception cref="ArgumentException">The family does.</exception>
    public static void ThrowIfMerged(CausalLanguageModel model)
    {
        if (model is not LlamaModel llama || LlamaFamily.IsMerged(LlamaFamily.Of(llama.Options)))
        {
            throw new ArgumentException(
                "LoRA: expected a model of Llama, Mistral, Qwen2 or Qwen3; GPT-2 and Phi-3 hold queries, keys and "
                    + $"values as one matrix, whose adapters cannot be told apart; got {model?.GetType().Name}.",
                nameof(model));
        }
    }

    /// <summary>The small matrices as a server takes them: by the layers of the exported network, the scale in the
    /// second one.</summary>
    internal static AdapterWeights Weights(string name, LoraModel model)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        float[] Transposed(Tensor matrix)
            => matrix.t().contiguous().to(ScalarType.Float32).cpu().data<float>().ToArray();
        return AdapterWeights.Of(name, model.Matrices.ToDictionary(
            static m => m.Path,
            m => (Transposed(m.Down), Transposed(m.Up * model.Options.Scale), model.Options.Rank)));
    }

    private static Dictionary<string, Tensor> Names(LoraModel model)
    {
        ThrowIfMerged(model.Model);
        var format = LlamaCheckpoint.Format(((LlamaModel)model.Model).Options, merged: false);
        Dictionary<string, Tensor> names = new(StringComparer.Ordinal);
        foreach (var (path, down, up) in model.Matrices)
        {
            var theirs = format.Full(format.Find(path + ".weight")!.Value.Key);
            var layer = Prefix + theirs[..^".weight".Length];
            names[layer + Down] = down;
            names[layer + Up] = up;
        }

        return names;
    }

    private static LoraOptions Read(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = json.RootElement;
            JsonElement? Get(string key) => root.TryGetProperty(key, out var value)
                && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.False) && !IsEmpty(value) ? value : null;
            var other = Refused.Where(key => Get(key) is not null).ToList();
            if (other.Count > 0 || Get("peft_type")?.GetString() != "LORA"
                || Get("bias")?.GetString() is not (null or "none"))
            {
                throw new InvalidDataException(
                    $"{path}: expected peft_type LORA, bias none and no {string.Join(", ", Refused)}, got "
                        + $"{Get("peft_type")?.GetRawText() ?? "none"}, {Get("bias")?.GetRawText() ?? "none"} and "
                        + $"[{string.Join(", ", other)}].");
            }

            return new LoraOptions
            {
                Rank = root.GetProperty("r").GetInt32(),
                Alpha = root.GetProperty("lora_alpha").GetDouble(),
                Dropout = Get("lora_dropout")?.GetDouble() ?? 0,
                IsRankStabilized = Get("use_rslora") is not null,
                Targets = Targets(
                    root.GetProperty("target_modules").EnumerateArray().Select(static t => t.GetString()!)),
            };
        }
        catch (Exception e) when (
            e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new InvalidDataException(
                $"{path}: expected a JSON object with r, lora_alpha and target_modules: {e.Message}", e);
        }
    }

    private static bool IsEmpty(JsonElement value)
        => (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0)
            || (value.ValueKind == JsonValueKind.Object && !value.EnumerateObject().Any());
}
