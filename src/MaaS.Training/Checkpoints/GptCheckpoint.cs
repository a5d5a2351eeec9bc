using System.Text.RegularExpressions;
using MaaS.Core.Packages;
using MaaS.Training.Models.Transformers;

namespace MaaS.Training.Checkpoints;

/// <summary>GPT-2 checkpoints in the common layout: a folder with <c>config.json</c> and <c>model.safetensors</c>, in
/// one file or several.</summary>
/// <remarks>Keys with and without <c>transformer.</c>; matrices are stored as (inputs, outputs), query, key and value
/// as one.</remarks>
public static partial class GptCheckpoint
{
    /// <summary>What <c>config.json</c> calls the family.</summary>
    internal const string ModelType = "gpt2";

    private static readonly string[] Architectures = ["GPT2LMHeadModel"];

    private static readonly CheckpointFormat Format = new()
    {
        Name = "GPT-2",
        Prefix = "transformer.",
        Heads = ["lm_head."],
        Rules =
        [
            new("embedding.tokens", "wte"),
            new("embedding.positions.positions", "wpe"),
            new("decoder.layers.#.norm1", "h.#.ln_1"),
            new("decoder.layers.#.attention.query", "h.#.attn.c_attn", Transposed: true, Part: 0, Parts: 3),
            new("decoder.layers.#.attention.key", "h.#.attn.c_attn", Transposed: true, Part: 1, Parts: 3),
            new("decoder.layers.#.attention.value", "h.#.attn.c_attn", Transposed: true, Part: 2, Parts: 3),
            new("decoder.layers.#.attention.output", "h.#.attn.c_proj", Transposed: true),
            new("decoder.layers.#.norm2", "h.#.ln_2"),
            new("decoder.layers.#.feedForward.up", "h.#.mlp.c_fc", Transposed: true),
            new("decoder.layers.#.feedForward.down", "h.#.mlp.c_proj", Transposed: true),
            new("decoder.norm", "ln_f"),
            new("head", "lm_head"),
        ],
        Ties = new Dictionary<string, string> { ["wte.weight"] = "lm_head.weight" },
        Ignored = CausalMasks(),
    };

    /// <summary>Makes the model that a folder describes and fills it.</summary>
    /// <param name="folder">Holds <c>config.json</c> and <c>model.safetensors</c> or its index.</param>
    /// <param name="strict">Whether a missing or an unexpected key is an error; otherwise the report names
    /// them.</param>
    /// <returns>The model in evaluation mode, which the caller owns, and what did not fit.</returns>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, describes another model, or its keys or shapes do not
    /// fit.</exception>
    public static (Gpt Model, CheckpointReport Report) Load(string folder, bool strict = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var options = ReadOptions(folder);
        using var checkpoint = WeightFile.Open(folder);
        WeightCount.ThrowIfFarTooFew(
            folder, options.Vocabulary, options.Decoder, checkpoint.Entries.Select(static e => e.Shape));
        var model = new Gpt(options);
        try
        {
            var report = CheckpointWeights.Load(model, checkpoint, Format, strict);
            model.eval();
            return (model, report);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Fills a model of one's own; nothing changes when it throws.</summary>
    /// <param name="model">With learned positions.</param>
    /// <param name="path">A folder, a <c>.safetensors</c> file or its index, a state dictionary of PyTorch
    /// (<c>.bin</c>, <c>.pt</c>, <c>.pth</c>), or an
    /// <c>.onnx</c> file.</param>
    /// <param name="strict">Whether a missing or an unexpected key is an error.</param>
    /// <exception cref="InvalidDataException">A file is damaged, or keys or shapes do not fit: all of them are
    /// named.</exception>
    public static CheckpointReport LoadWeights(Gpt model, string path, bool strict = true)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var checkpoint = WeightFile.Open(path);
        return CheckpointWeights.Load(model, checkpoint, Format, strict);
    }

    /// <summary>Writes a folder that other software reads as a GPT-2 checkpoint.</summary>
    /// <param name="folder">Created when it is not there; a checkpoint in it is replaced.</param>
    /// <param name="model">With learned positions and the layer norms first, as GPT-2's are.</param>
    /// <param name="maxFileBytes">Bytes of weights a file; above, the checkpoint is split.</param>
    /// <exception cref="ArgumentException">The model has what GPT-2 has not.</exception>
    public static void Save(string folder, Gpt model, long maxFileBytes = 5_000_000_000)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(model);
        var decoder = model.Options.Decoder;
        if (decoder.Positions != PositionKind.Learned || !decoder.PreNorm)
        {
            throw new ArgumentException(
                $"GPT-2: expected learned positions and PreNorm, got {decoder.Positions} positions and PreNorm "
                    + $"{decoder.PreNorm}.", nameof(model));
        }

        SafeTensorsCheckpoint.Write(
            folder, CheckpointWeights.Sources(model, Format), new Dictionary<string, string> { ["format"] = "pt" },
            maxFileBytes);
        ModelConfig.Write(folder, new Dictionary<string, object?>
        {
            ["architectures"] = Architectures,
            ["model_type"] = ModelType,
            ["vocab_size"] = model.Options.Vocabulary,
            ["n_positions"] = decoder.MaxLength,
            ["n_embd"] = decoder.Width,
            ["n_layer"] = decoder.Layers,
            ["n_head"] = decoder.Heads,
            ["n_inner"] = decoder.FeedForward,
            ["activation_function"] = ModelConfig.NameOf(decoder.Activation),
            ["resid_pdrop"] = decoder.Dropout,
            ["embd_pdrop"] = decoder.Dropout,
            ["attn_pdrop"] = decoder.Dropout,
            ["layer_norm_epsilon"] = decoder.NormEpsilon,
            ["tie_word_embeddings"] = model.Options.TieWeights,
        });
    }

    private static GptOptions ReadOptions(string folder)
    {
        var config = ModelConfig.Read(folder, ModelType);
        config.Expect("scale_attn_weights", true, config.Flag("scale_attn_weights", true));
        config.Expect("scale_attn_by_inverse_layer_idx", false, config.Flag("scale_attn_by_inverse_layer_idx", false));
        config.Expect("add_cross_attention", false, config.Flag("add_cross_attention", false));
        var options = new GptOptions
        {
            Vocabulary = config.Number("vocab_size"),
            TieWeights = config.Flag("tie_word_embeddings", true),
            Decoder = new TransformerOptions
            {
                Width = config.Number("n_embd"),
                Layers = config.Count("n_layer"),
                Heads = config.Number("n_head"),
                FeedForward = config.Has("n_inner") ? config.Number("n_inner") : null,
                Activation = config.Activation("activation_function", "gelu_new"),
                Dropout = config.Real("resid_pdrop", 0.1),
                NormEpsilon = config.Real("layer_norm_epsilon", 1e-5),
                MaxLength = config.Number("n_positions"),
            },
        };
        return config.Checked(options, static o => o.Validate());
    }

    // Older checkpoints carry the causal mask of every layer.
    [GeneratedRegex(@"^h\.\d+\.attn\.(masked_)?bias$")]
    private static partial Regex CausalMasks();
}
