using MaaS.Training.Models.Transformers.Llama;

namespace MaaS.Training.Checkpoints;

/// <summary>Decoders of Llama's kind by what their <c>config.json</c> calls them, and what each of them means by what
/// the file leaves out.</summary>
internal static class LlamaFamily
{
    public const string Llama = "llama", Mistral = "mistral", Qwen2 = "qwen2", Qwen3 = "qwen3", Phi3 = "phi3";

    private const string SlidingWindowKey = "sliding_window", RopeScaling = "rope_scaling",
        RopeParameters = "rope_parameters", ThetaKey = "rope_theta", ShareKey = "partial_rotary_factor";

    private const string FullAttention = "full_attention", SlidingAttention = "sliding_attention";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> ModelTypes { get; } = [Llama, Mistral, Qwen2, Qwen3, Phi3];

    /// <summary>What the family calls its language models.</summary>
    public static string Architecture(string modelType) => modelType switch
    {
        Mistral => "MistralForCausalLM",
        Qwen2 => "Qwen2ForCausalLM",
        Qwen3 => "Qwen3ForCausalLM",
        Phi3 => "Phi3ForCausalLM",
        _ => "LlamaForCausalLM",
    };

    /// <summary>Whether checkpoints hold queries, keys and values as one matrix, and both layers that the gate joins as
    /// another.</summary>
    public static bool IsMerged(string modelType) => modelType == Phi3;

    /// <summary>The family that has what a model has.</summary>
    /// <exception cref="ArgumentException">None has.</exception>
    public static string Of(LlamaOptions options)
    {
        var turnsAll = options.RotaryShare == 1;
        var hasBias = options.QueryKeyValueBias || options.OutputBias || options.FeedForwardBias;
        var type = options.IsMerged ? Phi3
            : options.QueryKeyNorm ? Qwen3
            : options is { QueryKeyValueBias: true, OutputBias: false } ? Qwen2
            : !turnsAll ? Phi3
            : options.SlidingWindow is not null ? Mistral
            : Llama;
        var fits = type switch
        {
            Qwen3 => turnsAll && options.QueryKeyValueBias == options.OutputBias && !options.FeedForwardBias,
            Qwen2 => turnsAll && !options.FeedForwardBias,
            Phi3 or Mistral => !hasBias && !options.QueryKeyNorm,
            _ => options.QueryKeyValueBias == options.OutputBias,
        };
        return fits
            ? type
            : throw new ArgumentException(
                $"{type}: expected the biases, norms and features that turn of one of {string.Join(", ", ModelTypes)}, "
                    + $"got {options}.", nameof(options));
    }

    /// <summary>The options that a file describes.</summary>
    /// <exception cref="InvalidDataException">It has what the model has not.</exception>
    public static LlamaOptions Read(ModelConfig config)
    {
        var type = config.ModelType;
        config.Expect("hidden_act", "silu", config.Text("hidden_act", "silu"));
        config.Expect("pretraining_tp", 1L, config.Number("pretraining_tp", 1));
        var rope = config.Section(RopeParameters) ?? config;
        var bias = type is Llama or Qwen3 && config.Flag("attention_bias", false);
        var options = new LlamaOptions
        {
            Vocabulary = config.Number("vocab_size"),
            Width = config.Number("hidden_size"),
            Layers = config.Count("num_hidden_layers"),
            Heads = config.Number("num_attention_heads"),
            KeyValueHeads = Optional(config, "num_key_value_heads"),
            HeadDim = Optional(config, "head_dim"),
            FeedForward = config.Number("intermediate_size"),
            MaxLength = config.Number("max_position_embeddings"),
            NormEpsilon = config.Real("rms_norm_eps", type == Phi3 ? 1e-5 : 1e-6),
            RotaryBase = rope.Real(ThetaKey, config.Real(ThetaKey, 10000)),
            RotaryScaling = Scaling(config),
            RotaryShare = type == Phi3 ? rope.Real(ShareKey, config.Real(ShareKey, 1)) : 1,
            SlidingWindow = Window(config),
            QueryKeyValueBias = type == Qwen2 || bias,
            OutputBias = bias,
            FeedForwardBias = type == Llama && config.Flag("mlp_bias", false),
            QueryKeyNorm = type == Qwen3,
            IsMerged = IsMerged(type),
            TieWeights = config.Flag("tie_word_embeddings", false),
            Dropout = config.Real("attention_dropout", 0),
        };
        return config.Checked(options, static o => o.Validate());
    }

    /// <summary>The file's values for a model.</summary>
    public static Dictionary<string, object?> Describe(LlamaOptions options)
    {
        var type = Of(options);
        Dictionary<string, object?> values = new()
        {
            ["architectures"] = new[] { Architecture(type) },
            ["model_type"] = type,
            ["vocab_size"] = options.Vocabulary,
            ["hidden_size"] = options.Width,
            ["intermediate_size"] = options.Hidden,
            ["num_hidden_layers"] = options.Layers,
            ["num_attention_heads"] = options.Heads,
            ["num_key_value_heads"] = options.SharedHeads,
            ["head_dim"] = options.HeadSize,
            ["hidden_act"] = "silu",
            ["max_position_embeddings"] = options.MaxLength,
            ["rms_norm_eps"] = options.NormEpsilon,
            [ThetaKey] = options.RotaryBase,
            [RopeScaling] = Describe(options.RotaryScaling),
            ["attention_dropout"] = options.Dropout,
            ["tie_word_embeddings"] = options.TieWeights,
            ["attention_bias"] = options.OutputBias,
        };
        if (type == Llama)
        {
            values["mlp_bias"] = options.FeedForwardBias;
        }
        else
        {
            values[SlidingWindowKey] = options.SlidingWindow;
        }

        if (type == Phi3)
        {
            values[ShareKey] = options.RotaryShare;
        }
        else if (type is Qwen2 or Qwen3)
        {
            values["use_sliding_window"] = options.SlidingWindow is not null;
            values["max_window_layers"] = 0;
        }

        return values;
    }

    private static long? Optional(ModelConfig config, string key) => config.Has(key) ? config.Number(key) : null;

    // Qwen's first layers see everything, up to max_window_layers; the switch is off where nothing is said.
    private static long? Window(ModelConfig config)
    {
        var layers = config.Count("num_hidden_layers");
        var types = config.Texts("layer_types").Distinct().ToList();
        if (config.ModelType == Llama || !config.Has(SlidingWindowKey) || types is [FullAttention])
        {
            return types is [] or [FullAttention] ? null
                : throw config.Refusal(
                    $"layer_types: expected {FullAttention} alone without a {SlidingWindowKey}, got "
                        + $"{string.Join(", ", types)}.");
        }

        if (types.Count > 1 || types.Any(static t => t != SlidingAttention))
        {
            throw config.Refusal(
                $"layer_types: expected {FullAttention} or {SlidingAttention} for all layers, got "
                    + $"{string.Join(", ", types)}; MaaS's layers are alike.");
        }

        if (config.ModelType is Qwen2 or Qwen3 && types.Count == 0)
        {
            var full = config.Number("max_window_layers", layers);
            if (!config.Flag("use_sliding_window", false) || full >= layers)
            {
                return null;
            }

            config.Expect("max_window_layers", 0L, full);
        }

        return config.Number(SlidingWindowKey);
    }

    private static RotaryScaling? Scaling(ModelConfig config)
    {
        if ((config.Section(RopeParameters) ?? config.Section(RopeScaling)) is not { } section)
        {
            return null;
        }

        switch (section.Text("rope_type", section.Text("type", "default")))
        {
            case "default":
                return null;
            case "linear":
                return new RotaryScaling { Kind = RotaryScalingKind.Linear, Factor = section.Real("factor", 1) };
            case "llama3":
                return new RotaryScaling
                {
                    Kind = RotaryScalingKind.Llama3,
                    Factor = section.Real("factor", 8),
                    LowFrequencyFactor = section.Real("low_freq_factor", 1),
                    HighFrequencyFactor = section.Real("high_freq_factor", 4),
                    OriginalLength = section.Number("original_max_position_embeddings"),
                };
            case var other:
                throw section.Refusal(
                    $"expected rope_type default, linear or llama3, got {other}; MaaS does not stretch positions so.");
        }
    }

    private static Dictionary<string, object?>? Describe(RotaryScaling? scaling) => scaling switch
    {
        null => null,
        { Kind: RotaryScalingKind.Linear } => new() { ["rope_type"] = "linear", ["factor"] = scaling.Factor },
        _ => new()
        {
            ["rope_type"] = "llama3",
            ["factor"] = scaling.Factor,
            ["low_freq_factor"] = scaling.LowFrequencyFactor,
            ["high_freq_factor"] = scaling.HighFrequencyFactor,
            ["original_max_position_embeddings"] = scaling.OriginalLength,
        },
    };
}
