using System.Globalization;
using System.Text.Json.Nodes;
using MaaS.Core.Generation.Chat;
using MaaS.Primitives.Files;
using MaaS.Training.Checkpoints;
using MaaS.Training.Data;
using MaaS.Training.Data.Text;
using MaaS.Training.Fitting;
using MaaS.Training.Models.Transformers.Lora;
using MaaS.Training.Reports;
using static TorchSharp.torch;

namespace MaaS.Training.Pipelines.Generation;

/// <summary>Trains a language model further: all of its weights, or small matrices beside them (LoRA) that are merged
/// into them in the end.</summary>
public static class DecoderFineTuning
{
    private const int UsualContext = 512;

    // ChatML, of models whose folder has no template but the two tokens.
    private const string Opens = "<|im_start|>", Closes = "<|im_end|>";

    private const string ChatMl =
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' "
        + "+ '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

    /// <summary>How to train where nothing else is said.</summary>
    public static TrainerOptions DefaultTraining { get; } = LanguageModelTraining.DefaultTraining with
    {
        Epochs = 3,
        BatchSize = 8,
        LearningRate = 2e-4,
        WeightDecay = 0,
        ValidationFraction = 0.1,
    };

    /// <summary>Goes on with texts, of which every token counts.</summary>
    /// <param name="start">Its network is changed, and is the result's; it stays the caller's to dispose.</param>
    /// <param name="texts">What to learn from, and to measure on.</param>
    /// <param name="tuning">What is changed.</param>
    /// <param name="options">How to train; <see cref="TrainerOptions.ValidationFraction"/> tells the best
    /// epoch.</param>
    /// <param name="progress">As in <see cref="Trainer.Fit"/>.</param>
    /// <param name="cancellationToken">As in <see cref="Trainer.Fit"/>.</param>
    /// <exception cref="ArgumentException">The options do not fit the model, or there is too little text.</exception>
    /// <exception cref="IOException">The folder for the adapters cannot be written; said before training.</exception>
    public static TrainedLanguageModel FineTune(
        PretrainedDecoder start, LanguageCorpus texts, FineTuningOptions tuning, TrainerOptions options,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var context = Context(start, tuning, options);
        var end = start.StopTokens is [var first, ..]
            ? first
            : throw new ArgumentException(
                $"{start.Name}: expected a token that ends texts (eos_token_id in config.json), it names none.",
                nameof(start));
        TokenExamples Examples(LanguageCorpus part)
            => TokenExamples.OfTokens(start.Tokenizer.TokensOf(part, end), context);
        var (rest, heldBack) = texts.Split(tuning.HeldBack, options.Seed);
        var (learned, watched) = options.ValidationFraction > 0
            ? rest.Split(options.ValidationFraction, options.Seed) : (rest, null);
        return Fit(
            start, new Parts(Examples(learned), watched is null ? null : Examples(watched), Examples(heldBack)),
            new Outcome(texts.Sha256(), start.TokenizerConfig, start.StopTokens), tuning, options, progress,
            cancellationToken);
    }

    /// <summary>Learns to answer as conversations do: the tokens of an assistant count alone.</summary>
    /// <remarks>A model without a chat template gets ChatML's where its tokenizer has its two tokens.</remarks>
    /// <inheritdoc cref="FineTune(PretrainedDecoder, LanguageCorpus, FineTuningOptions, TrainerOptions,
    /// IProgress{TrainingProgress}?, CancellationToken)"/>
    /// <param name="start">Its network is changed, and is the result's; it stays the caller's to dispose.</param>
    /// <param name="chats">What to learn from, and to measure on.</param>
    /// <param name="tuning">What is changed.</param>
    /// <param name="options">How to train.</param>
    /// <param name="progress">As in <see cref="Trainer.Fit"/>.</param>
    /// <param name="cancellationToken">As in <see cref="Trainer.Fit"/>.</param>
    /// <exception cref="ArgumentException">The options do not fit the model, there are too few conversations, or the
    /// model has neither a template nor ChatML's tokens.</exception>
    /// <exception cref="IOException">The folder for the adapters cannot be written; said before training.</exception>
    /// <exception cref="InvalidDataException">The template does not say which tokens are the answers'.</exception>
    public static TrainedLanguageModel FineTune(
        PretrainedDecoder start, ChatCorpus chats, FineTuningOptions tuning, TrainerOptions options,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(chats);
        var context = Context(start, tuning, options);
        var (template, settings, stops) = Template(start);
        var (allLeftOut, allCut) = (0, 0);
        TokenExamples Examples(ChatCorpus part)
        {
            var (examples, leftOut, cut) = ChatExamples.Of(part.Conversations, template, start.Tokenizer, context);
            (allLeftOut, allCut) = (allLeftOut + leftOut, allCut + cut);
            return examples.Count > 0
                ? new TokenExamples(examples)
                : throw new ArgumentException(
                    $"chats: expected answers within {context} tokens, got none in {leftOut} conversations; give a "
                        + "larger context.", nameof(chats));
        }

        var (rest, heldBack) = chats.Split(tuning.HeldBack, options.Seed);
        var (learned, watched) = options.ValidationFraction > 0
            ? rest.Split(options.ValidationFraction, options.Seed) : (rest, null);
        var parts = new Parts(Examples(learned), watched is null ? null : Examples(watched), Examples(heldBack));
        return Fit(
            start, parts, new Outcome(chats.Sha256(), settings, stops) { LeftOut = allLeftOut, Cut = allCut }, tuning,
            options, progress, cancellationToken);
    }

    private static TrainedLanguageModel Fit(
        PretrainedDecoder start, Parts parts, Outcome outcome, FineTuningOptions tuning, TrainerOptions options,
        IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var (learned, watched, heldBack) = parts;
        var before = Perplexity(start.Model, heldBack, options.BatchSize);
        random.manual_seed(options.Seed);
        var task = new FineTuningTask
        {
            Start = options.Checkpointing ? FineTuningTask.Hash(start.Model) : null,
            Lora = tuning.Lora is { } adapters
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"rank {adapters.Rank}, scale {adapters.Scale}, dropout {adapters.Dropout} on "
                        + $"{string.Join(" ", adapters.Targets)}")
                : null,
        };
        var trainer = new Trainer(options with
        {
            ValidationFraction = 0,
            Monitor = watched is null && options.Monitor == LanguageModelTraining.Metric ? null : options.Monitor,
        });
        TrainingResult result;
        Exception? adapterFailure = null;
        if (tuning.Lora is { } lora)
        {
            using var adapted = new LoraModel(start.Model, lora);
            result = trainer.Fit(adapted, task, learned, watched, progress, cancellationToken);
            try
            {
                if (tuning.AdapterFolder is { } folder && options.Processes is not { Rank: > 0 })
                {
                    LoraCheckpoint.Save(folder, adapted, start.Name);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The trained model is worth more than the folder: whoever called hears of both.
                adapterFailure = e;
            }

            adapted.Merge();
        }
        else
        {
            result = trainer.Fit(start.Model, task, learned, watched, progress, cancellationToken);
        }

        start.Model.eval();
        return new TrainedLanguageModel(start.Model, start.Tokenizer, result)
        {
            Options = options,
            Start = start.Name,
            StopTokens = outcome.StopTokens,
            TokenizerConfig = outcome.TokenizerConfig,
            DataHash = outcome.DataHash,
            TrainTokens = learned.Counting,
            HeldBackTokens = heldBack.Counting,
            LeftOut = outcome.LeftOut,
            Cut = outcome.Cut,
            AdapterFailure = adapterFailure,
            Perplexity = Perplexity(start.Model, heldBack, options.BatchSize),
            StartPerplexity = before,
        };
    }

    private static int Context(PretrainedDecoder start, FineTuningOptions tuning, TrainerOptions options)
    {
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(tuning);
        ArgumentNullException.ThrowIfNull(options);
        if (tuning.Lora is not null)
        {
            tuning.Lora.Validate();
            if (options.Precision != TrainingPrecision.Fp32)
            {
                throw new ArgumentException(
                    $"LoRA: expected training in {TrainingPrecision.Fp32}, got {options.Precision}, which rounds the "
                        + "weights that stay.", nameof(options));
            }
        }

        if (tuning.AdapterFolder is not null)
        {
            if (tuning.Lora is null)
            {
                throw new ArgumentException(
                    "fine-tuning: expected LoRA where adapters are to be written, got none.", nameof(tuning));
            }

            LoraCheckpoint.ThrowIfMerged(start.Model);
            if (options.Processes is not { Rank: > 0 })
            {
                AtomicFile.EnsureWritable(Path.Combine(tuning.AdapterFolder, LoraCheckpoint.ConfigFile));
            }
        }

        var context = tuning.Context ?? (int)Math.Min(UsualContext, start.Model.MaxLength);
        return context >= 2 && context <= start.Model.MaxLength
            ? context
            : throw new ArgumentException(
                $"fine-tuning: expected a context of 2 to {start.Model.MaxLength} tokens, the model's longest, got "
                    + $"{context}.", nameof(tuning));
    }

    private static (ChatTemplate Template, string? Settings, IReadOnlyList<string> Stops) Template(
        PretrainedDecoder start)
    {
        if (start.ChatTemplate() is { } own)
        {
            return (own, start.TokenizerConfig, start.StopTokens);
        }

        if (start.Tokenizer.TokenToId(Opens) is null || start.Tokenizer.TokenToId(Closes) is null)
        {
            throw new ArgumentException(
                $"{start.Name}: expected a chat template in tokenizer_config.json, or the tokens {Opens} and {Closes} "
                    + "in its tokenizer, found neither.", nameof(start));
        }

        var settings = start.TokenizerConfig is { } given ? (JsonObject)JsonNode.Parse(given)! : [];
        settings["chat_template"] = ChatMl;
        settings["eos_token"] = Closes;
        return (ChatTemplate.Parse(ChatMl), settings.ToJsonString(), [.. start.StopTokens.Append(Closes).Distinct()]);
    }

    // exp of the mean cross entropy of the tokens that count.
    private static double Perplexity(nn.Module<Tensor, Tensor> model, TokenExamples examples, int batchSize)
    {
        model.eval();
        using var noGrad = no_grad();
        var device = model.parameters().First().device;
        var sum = 0.0;
        foreach (var batch in examples.Read(new EpochPlan(0, 1, batchSize, device, Shuffle: false), default))
        {
            using var scope = NewDisposeScope();
            using var inputs = batch.Value.Inputs;
            using var targets = batch.Value.Targets;
            var logits = model.call(inputs);
            sum += nn.functional.cross_entropy(
                logits.flatten(0, 1).to(ScalarType.Float32), targets.flatten(), reduction: nn.Reduction.Sum)
                .item<float>();
        }

        return Math.Exp(sum / examples.Counting);
    }

    private sealed record Parts(TokenExamples Learned, TokenExamples? Watched, TokenExamples HeldBack);

    private sealed record Outcome(string DataHash, string? TokenizerConfig, IReadOnlyList<string> StopTokens)
    {
        public int LeftOut { get; init; }

        public int Cut { get; init; }
    }
}
