using MaaS.Text;
using MaaS.Text.Training;
using MaaS.Training.Baselines;
using MaaS.Training.Data.Text;
using MaaS.Training.Evaluation;
using MaaS.Training.Fitting;
using MaaS.Training.Fitting.Tasks;
using MaaS.Training.Reports;
using static TorchSharp.torch;

namespace MaaS.Training.Pipelines.Generation;

/// <summary>From texts to a language model: a vocabulary, a network, and how well it foretells texts that it has not
/// seen.</summary>
public static class LanguageModelTraining
{
    /// <summary>The metric by which the best epoch is told.</summary>
    public const string Metric = "perplexity";

    /// <summary>How to train where nothing else is said.</summary>
    public static TrainerOptions DefaultTraining { get; } = new()
    {
        Epochs = 5,
        BatchSize = 16,
        Optimizer = OptimizerKind.AdamW,
        LearningRate = 2e-3,
        WeightDecay = 0.1,
        Schedule = ScheduleKind.Cosine,
        WarmupShare = 0.05,
        GradientClipNorm = 1,
        ParameterRules = [ParameterRule.NoDecayOnNormsAndBiases],
        ValidationFraction = 0.05,
        Monitor = Metric,
        RestoreBest = true,
        Seed = 1,
    };

    /// <summary>Learns a vocabulary, makes a network and trains it on windows of the texts.</summary>
    /// <param name="train">What to learn from; <see cref="TrainerOptions.ValidationFraction"/> of it is held back to
    /// tell the best epoch.</param>
    /// <param name="heldBack">What perplexity is measured on in the end.</param>
    /// <param name="model">Sizes.</param>
    /// <param name="options">How to train; the seed also draws weights and the validation part.</param>
    /// <param name="progress">As in <see cref="Trainer.Fit"/>.</param>
    /// <param name="cancellationToken">As in <see cref="Trainer.Fit"/>.</param>
    /// <returns>The model and what is known of it; the caller owns it.</returns>
    /// <exception cref="ArgumentException">Sizes do not fit together, or there is too little text for one window of the
    /// training, the validation or the held-back part.</exception>
    public static TrainedLanguageModel Train(
        LanguageCorpus train, LanguageCorpus heldBack, LanguageModelOptions model, TrainerOptions options,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(heldBack);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        model.Validate();
        var (learned, watched) = options.ValidationFraction > 0
            ? train.Split(options.ValidationFraction, options.Seed) : (train, null);
        var tokenizer = BpeTrainer.Train(
            learned.Documents,
            new BpeTrainingOptions { VocabSize = model.Vocabulary, SpecialTokens = model.SpecialTokens },
            cancellationToken);
        int[] Tokens(LanguageCorpus corpus) => tokenizer.TokensOf(corpus, model.SpecialTokens[0]);
        var (tokens, unseen) = (Tokens(learned), Tokens(heldBack));
        if (unseen.Length < 2)
        {
            throw new ArgumentException(
                $"{Metric}: expected at least two tokens of held-back text, got {unseen.Length}; give more text, or "
                    + "hold more of it back.", nameof(heldBack));
        }

        random.manual_seed(options.Seed);
        var network = model.Create(tokenizer.VocabSize);
        try
        {
            var result = new Trainer(options with { ValidationFraction = 0, Monitor = Watched(options, watched) }).Fit(
                network, new LanguageModelTask(), new TokenWindows(tokens, model.Context),
                watched is null ? null : new TokenWindows(Tokens(watched), model.Context), progress, cancellationToken);
            return new TrainedLanguageModel(network, tokenizer, result)
            {
                Options = options,
                StopTokens = [model.SpecialTokens[0]],
                DataHash = train.Sha256(),
                TrainTokens = tokens.Length,
                HeldBackTokens = unseen.Length,
                Perplexity = Perplexity.Of(network, unseen, model.Context),
                CountedPerplexity = NgramModel.Fit(tokens, 3, tokenizer.VocabSize).Perplexity(unseen),
            };
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>Texts one after the other, each with the token that ends it.</summary>
    internal static int[] TokensOf(this Tokenizer tokenizer, LanguageCorpus corpus, string endOfText)
    {
        var end = tokenizer.TokenToId(endOfText) ?? throw new ArgumentException(
            $"tokenizer: expected a token '{endOfText}' that ends texts, it has none.", nameof(endOfText));
        return [.. corpus.Documents.SelectMany(d => tokenizer.EncodeWhole(d).Select(static id => (int)id).Append(end))];
    }

    // Perplexity is measured on a validation part alone.
    private static string? Watched(TrainerOptions options, LanguageCorpus? watched)
        => watched is null && options.Monitor == Metric ? null : options.Monitor;
}
