using System.Globalization;
using System.Reflection;
using MaaS.Core.Packages;
using MaaS.Text;
using MaaS.Training.Fitting;
using MaaS.Training.Models.Transformers;

namespace MaaS.Training.Pipelines.Generation;

/// <summary>A trained language model and what is known of it.</summary>
/// <param name="model">The network, in evaluation mode; owned by this object.</param>
/// <param name="tokenizer">Gives its ids.</param>
/// <param name="result">How training went.</param>
public sealed class TrainedLanguageModel(CausalLanguageModel model, Tokenizer tokenizer, TrainingResult result)
    : IDisposable
{
    /// <summary>The network, in evaluation mode.</summary>
    public CausalLanguageModel Model { get; } = model;

    /// <summary>Gives its ids.</summary>
    public Tokenizer Tokenizer { get; } = tokenizer;

    /// <summary>How training went.</summary>
    public TrainingResult Result { get; } = result;

    /// <summary>How it was trained.</summary>
    public required TrainerOptions Options { get; init; }

    /// <summary>What it started from; null for fresh weights.</summary>
    public string? Start { get; init; }

    /// <summary>Tokens that end a text.</summary>
    public required IReadOnlyList<string> StopTokens { get; init; }

    /// <summary>What <c>tokenizer_config.json</c> holds, the chat template among it; null for none.</summary>
    public string? TokenizerConfig { get; init; }

    /// <summary>SHA-256 of the texts, hexadecimal.</summary>
    public required string DataHash { get; init; }

    /// <summary>Tokens that were learned from, and foretold, in one epoch.</summary>
    public required long TrainTokens { get; init; }

    /// <summary>Tokens of the held-back texts that count.</summary>
    public required long HeldBackTokens { get; init; }

    /// <summary>Examples of conversations that were left out of all parts because no token of an answer fits the
    /// context; 0 for texts, which are cut into windows.</summary>
    public int LeftOut { get; init; }

    /// <summary>Examples of conversations whose end was cut off because they are longer than the context.</summary>
    public int Cut { get; init; }

    /// <summary>exp of the mean cross entropy of the held-back texts' tokens: how many equally likely tokens would be
    /// as hard to foretell.</summary>
    public required double Perplexity { get; init; }

    /// <summary>Likewise of a model that counts tokens after the two before them; null where it makes no
    /// sense.</summary>
    public double? CountedPerplexity { get; init; }

    /// <summary>Likewise of what training started from; null for fresh weights.</summary>
    public double? StartPerplexity { get; init; }

    /// <summary>Why the adapters could not be written after training; null where they were, or none were asked
    /// for.</summary>
    public Exception? AdapterFailure { get; init; }

    /// <summary>Number of weights.</summary>
    public long Parameters => Model.parameters().Sum(static p => p.numel());

    /// <summary>Writes a package that is a checkpoint as well, so that training can go on from it.</summary>
    /// <param name="path">Ends in <c>.maas</c> for a single file; any other path becomes a folder. Replaced when it
    /// exists.</param>
    /// <param name="name">Name under which it is served.</param>
    /// <param name="data">What the texts are called.</param>
    /// <param name="cancellationToken">Leaves nothing behind.</param>
    /// <exception cref="Export.OnnxExportException">ONNX Runtime does not reproduce torch's outputs.</exception>
    public Task<ModelManifest> PackAsync(
        string path, string name, string data, CancellationToken cancellationToken = default)
        => Model.PackAsync(
            path, name, Tokenizer,
            new DecoderPackageOptions
            {
                StopTokens = StopTokens,
                TokenizerConfig = TokenizerConfig,
                Description = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Model.GetType().Name} of {Parameters:n0} weights trained on {data}")
                    + (Start is null ? "" : $", from {Start}"),
                Metrics = new Dictionary<string, double> { [LanguageModelTraining.Metric] = Perplexity },
                Lineage = new ModelLineage
                {
                    DataHash = DataHash,
                    CodeVersion = typeof(TrainedLanguageModel).Assembly
                        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion,
                    Hyperparameters = Hyperparameters.From(Options, Start),
                },
                IsCheckpoint = true,
            },
            cancellationToken);

    /// <summary>Frees the network.</summary>
    public void Dispose() => Model.Dispose();
}
