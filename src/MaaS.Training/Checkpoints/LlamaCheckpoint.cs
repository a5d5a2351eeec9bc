using System.Text.RegularExpressions;
using MaaS.Core.Packages;
using MaaS.Training.Models.Transformers.Llama;

namespace MaaS.Training.Checkpoints;

/// <summary>Checkpoints of Llama's kind (Llama, SmolLM, Mistral, Qwen2, Qwen3, Phi-3) in the common layout: a folder
/// with
/// <c>config.json</c> and <c>model.safetensors</c>, in one file or several.</summary>
/// <remarks>Keys with and without <c>model.</c>. Phi-3 holds queries, keys and values as one matrix, and gate and up as
/// another.</remarks>
public static partial class LlamaCheckpoint
{
    /// <summary>Makes the model that a folder describes and fills it.</summary>
    /// <param name="folder">Holds <c>config.json</c> and <c>model.safetensors</c> or its index.</param>
    /// <param name="strict">Whether a missing or an unexpected key is an error; otherwise the report names
    /// them.</param>
    /// <returns>The model in evaluation mode, which the caller owns, and what did not fit.</returns>
    /// <exception cref="FileNotFoundException">A file is missing, a part of the weights among them.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, describes another model or positions that the model
    /// does not have, or its keys or shapes do not fit.</exception>
    public static (LlamaModel Model, CheckpointReport Report) Load(string folder, bool strict = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var config = ModelConfig.Read(folder, LlamaFamily.ModelTypes);
        var options = LlamaFamily.Read(config);
        using var checkpoint = WeightFile.Open(folder);
        ThrowIfFarTooFew(folder, options, checkpoint);
        var model = new LlamaModel(options);
        try
        {
            var report = CheckpointWeights.Load(
                model, checkpoint, Format(options, LlamaFamily.IsMerged(config.ModelType)), strict);
            model.eval();
            return (model, report);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Writes a folder that other software reads as a checkpoint of the family that the model's options
    /// have.</summary>
    /// <param name="folder">Created when it is not there; a checkpoint in it is replaced.</param>
    /// <param name="model">Its weights.</param>
    /// <param name="maxFileBytes">Bytes of weights a file; above, the checkpoint is split.</param>
    /// <exception cref="ArgumentException">No family has what the model has.</exception>
    public static void Save(string folder, LlamaModel model, long maxFileBytes = 5_000_000_000)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(model);
        var format = Format(model.Options, LlamaFamily.IsMerged(LlamaFamily.Of(model.Options)));
        SafeTensorsCheckpoint.Write(
            folder, CheckpointWeights.Sources(model, format), new Dictionary<string, string> { ["format"] = "pt" },
            maxFileBytes);
        ModelConfig.Write(folder, LlamaFamily.Describe(model.Options));
    }

    /// <summary>The names of the family's tensors.</summary>
    internal static CheckpointFormat Format(LlamaOptions options, bool merged)
    {
        const string Attention = "layers.#.attention.", Theirs = "layers.#.self_attn.", FeedForward =
            "layers.#.feedForward.";
        var (queries, shared) = ((int)options.Heads, (int)options.SharedHeads);
        var parts = queries + (2 * shared);
        WeightRule[] inputs = merged
            ?
            [
                new(Attention + "query", Theirs + "qkv_proj", Parts: parts, Span: queries),
                new(Attention + "key", Theirs + "qkv_proj", Part: queries, Parts: parts, Span: shared),
                new(Attention + "value", Theirs + "qkv_proj", Part: queries + shared, Parts: parts, Span: shared),
                new(FeedForward + "gate", "layers.#.mlp.gate_up_proj", Part: 0, Parts: 2),
                new(FeedForward + "up", "layers.#.mlp.gate_up_proj", Part: 1, Parts: 2),
            ]
            :
            [
                new(Attention + "query", Theirs + "q_proj"),
                new(Attention + "key", Theirs + "k_proj"),
                new(Attention + "value", Theirs + "v_proj"),
                new(FeedForward + "gate", "layers.#.mlp.gate_proj"),
                new(FeedForward + "up", "layers.#.mlp.up_proj"),
            ];
        return new CheckpointFormat
        {
            Name = "Llama",
            Prefix = "model.",
            Heads = ["lm_head."],
            Rules =
            [
                new("embedding", "embed_tokens"),
                new("layers.#.attentionNorm", "layers.#.input_layernorm"),
                .. inputs,
                new(Attention + "output", Theirs + "o_proj"),
                new(Attention + "queryNorm", Theirs + "q_norm"),
                new(Attention + "keyNorm", Theirs + "k_norm"),
                new("layers.#.feedForwardNorm", "layers.#.post_attention_layernorm"),
                new(FeedForward + "down", "layers.#.mlp.down_proj"),
                new("norm", "norm"),
                new("head", "lm_head"),
            ],
            Ties = new Dictionary<string, string> { ["embed_tokens.weight"] = "lm_head.weight" },
            Ignored = Wavelengths(),
        };
    }

    private static void ThrowIfFarTooFew(string folder, LlamaOptions options, IWeightFile checkpoint)
    {
        // In floating point: sizes from a hostile file multiply beyond any integer.
        var (width, heads) = ((double)options.Width, (double)options.HeadSize);
        var layer = (2 * width * heads * ((double)options.Heads + options.SharedHeads)) + (3 * width * options.Hidden);
        WeightCount.ThrowIfFarTooFew(
            folder, (width * options.Vocabulary) + (options.Layers * layer),
            $"{options.Vocabulary} tokens and {options.Layers} layers of width {options.Width}, {options.Heads} heads "
                + $"and "
                + $"{options.Hidden} hidden features",
            checkpoint.Entries.Select(static e => e.Shape));
    }

    // Older checkpoints carry the wavelengths of every layer.
    [GeneratedRegex(@"^layers\.\d+\.self_attn\.rotary_emb\.inv_freq$")]
    private static partial Regex Wavelengths();
}
