using MaaS.Core.Packages;
using MaaS.Training.Models.Transformers;

namespace MaaS.Training.Pipelines.Generation;

/// <summary>What goes into a language model's package besides its network and its tokenizer.</summary>
public sealed record DecoderPackageOptions
{
    /// <summary>Tokens that end a text, such as <c>&lt;|endoftext|&gt;</c>.</summary>
    public IReadOnlyList<string> StopTokens { get; init; } = [];

    /// <summary>What <c>tokenizer_config.json</c> holds; with a <c>chat_template</c> the package is a chat model. Null
    /// for no such file.</summary>
    public string? TokenizerConfig { get; init; }

    /// <summary>One sentence for people.</summary>
    public string? Description { get; init; }

    /// <summary>Results on held-back texts by name, as <c>perplexity</c>.</summary>
    public IReadOnlyDictionary<string, double>? Metrics { get; init; }

    /// <summary>Data, code and settings that made the model.</summary>
    public ModelLineage? Lineage { get; init; }

    /// <summary>Whether the package is a checkpoint as well (<c>config.json</c>, <c>model.safetensors</c>), so that
    /// training can go on from it. It is about twice as large then.</summary>
    public bool IsCheckpoint { get; init; }

    /// <summary>Folders of low-rank adapters in PEFT's layout, by the names under which requests choose them; the
    /// weights of the model are there once.</summary>
    public IReadOnlyDictionary<string, string> Adapters { get; init; } = new Dictionary<string, string>();

    /// <summary>A small model of the same vocabulary and at least the same longest sequence, which guesses tokens
    /// ahead: texts are the same with it and come sooner where it is often right. Null for none.</summary>
    public CausalLanguageModel? Draft { get; init; }

    /// <summary>Whether an existing package is replaced.</summary>
    public bool Overwrite { get; init; } = true;
}
