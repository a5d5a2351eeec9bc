using MaaS.Text.Training;
using MaaS.Training.Checkpoints;
using MaaS.Training.Data.Text;
using MaaS.Training.Fitting;
using MaaS.Training.Models;
using MaaS.Training.Models.Transformers.Bert;
using MaaS.Training.Reports;
using static TorchSharp.torch;

namespace MaaS.Training.Pipelines;

/// <content>From texts to a trained model.</content>
public sealed partial class TrainedTextModel
{
    /// <summary>Learns a vocabulary, creates a model of the catalogue and trains it.</summary>
    /// <param name="architecture">Name in <see cref="ModelCatalog"/>.</param>
    /// <param name="dataName">Name of the data set, for the description.</param>
    /// <param name="train">Cleaned as <paramref name="model"/> says; <see cref="TrainerOptions.ValidationFraction"/> of
    /// it is held back for validation.</param>
    /// <param name="model">What to train.</param>
    /// <param name="options">How to train; the seed also draws the first weights and the validation part.</param>
    /// <param name="progress">As in <see cref="Trainer.Fit"/>.</param>
    /// <param name="cancellationToken">As in <see cref="Trainer.Fit"/>.</param>
    /// <returns>The trained model and how training went; the caller owns the model.</returns>
    public static (TrainedTextModel Model, TrainingResult Result) Train(
        string architecture, string dataName, TextCorpus train, TextModelOptions model, TrainerOptions options,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        var (learned, validation) = Parts(train, options);
        var tokenizer = WordPieceTrainer.Train(
            learned.Texts, new WordPieceTrainingOptions { VocabSize = model.VocabularySize }, cancellationToken);
        var info = Describe(architecture, dataName, train, learned, model, options) with
        {
            Sizes = model.Sizes,
            Vocabulary = tokenizer.VocabSize,
        };
        return Fit(Create(info, tokenizer, options.Seed), learned, validation, progress, cancellationToken);
    }

    /// <summary>Fine-tunes a pre-trained network: a fresh head for the classes, fitted first, then all of it.</summary>
    /// <param name="start">What to start from; it stays as it is.</param>
    /// <param name="dataName">Name of the data set, for the description.</param>
    /// <param name="train">As in <see cref="Train"/>.</param>
    /// <param name="model">What to train; the network's own sizes and vocabulary stand in for those of the
    /// options.</param>
    /// <param name="options">How to train, as <see cref="FineTuning"/>; the seed also draws the validation
    /// part.</param>
    /// <param name="progress">As in <see cref="Trainer.Fit"/>.</param>
    /// <param name="cancellationToken">As in <see cref="Trainer.Fit"/>.</param>
    /// <returns>The trained model and how training went; the caller owns the model.</returns>
    /// <exception cref="ArgumentException">Texts may have more tokens than the network has positions.</exception>
    public static (TrainedTextModel Model, TrainingResult Result) FineTune(
        PretrainedText start, string dataName, TextCorpus train, TextModelOptions model, TrainerOptions options,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        var (learned, validation) = Parts(train, options);
        var config = start.Encoder.Config with
        {
            Id2Label = train.Classes.Select(static (name, i) => ($"{i}", name)).ToDictionary(),
            HiddenDropoutProb = model.Dropout ?? start.Encoder.Config.HiddenDropoutProb,
            // Without it the fused attention of torch serves, which keeps no scores.
            AttentionProbsDropoutProb = 0,
        };
        var info = Describe(BertArchitecture, dataName, train, learned, model, options) with
        {
            Sizes = SizesOf(config, model.Sizes.TokenDropout),
            Vocabulary = config.VocabSize,
            Bert = config,
            Pooling = start.Pooling,
            Pretrained = start.Name,
        };
        var trained = Create(info, start.Tokenizer, options.Seed);
        try
        {
            var network = (BertClassifier)trained.Module;
            ModelWeights.Copy(start.Encoder, network.Encoder);
            if (model.FitHeadFirst && !IsResumed(options))
            {
                TextHead.Fit(
                    network, trained.Dataset(learned), trained.Encoder.PaddingId, info.Options!.ClassWeights,
                    cancellationToken);
            }

            network.Encoder.Words.requires_grad = !model.FreezeWords;
        }
        catch
        {
            trained.Dispose();
            throw;
        }

        var (tuned, result) = Fit(trained, learned, validation, progress, cancellationToken);
        if (model.FreezeWords)
        {
            RestoreWords(start.Encoder, ((BertClassifier)tuned.Module).Encoder);
        }

        return (tuned, result);
    }

    // Training in bfloat16 rounds what it does not train.
    private static void RestoreWords(BertModel source, BertModel target)
    {
        using var noGrad = no_grad();
        target.Words.copy_(source.Words);
        target.Words.requires_grad = true;
    }

    // The checkpoint brings the head along.
    private static bool IsResumed(TrainerOptions options) => options.Resume && File.Exists(options.CheckpointPath);

    private static (TextCorpus Learned, TextCorpus? Validation) Parts(TextCorpus train, TrainerOptions options)
        => options.ValidationFraction > 0 ? train.Split(options.ValidationFraction, options.Seed) : (train, null);

    private static TextModelSizes SizesOf(BertConfig config, double tokenDropout) => new()
    {
        Width = config.HiddenSize,
        Layers = config.NumHiddenLayers,
        Heads = config.NumAttentionHeads,
        FeedForward = config.IntermediateSize,
        Dropout = config.HiddenDropoutProb,
        TokenDropout = tokenDropout,
    };

    private static TrainedTextModelInfo Describe(
        string architecture, string dataName, TextCorpus train, TextCorpus learned, TextModelOptions model,
        TrainerOptions options) => new()
        {
            Architecture = architecture,
            Sizes = model.Sizes,
            Vocabulary = 0,
            Classes = train.Classes,
            Positive = model.Positive ?? TextEvaluation.PositiveOf(train.Classes, [.. train.Targets]),
            Preprocessing = model.Preprocessing,
            Data = dataName,
            DataHash = train.Sha256(),
            Options = options with
            {
                ClassWeights = model.BalancedClasses
                    ? LabelEncoder.BalancedWeights([.. learned.Targets], train.Classes.Count) : options.ClassWeights,
            },
        };

    private static (TrainedTextModel Model, TrainingResult Result) Fit(
        TrainedTextModel trained, TextCorpus learned, TextCorpus? validation, IProgress<TrainingProgress>? progress,
        CancellationToken cancellationToken)
    {
        try
        {
            var options = trained.Info.Options! with { ValidationFraction = 0, DataHash = trained.HashWith(learned) };
            var result = new Trainer(options).Fit(
                trained._padded, trained.Dataset(learned),
                validation is null ? null : trained.Dataset(validation).SortedByLength().Sorted,
                progress, cancellationToken);
            trained._info = trained.Info with
            {
                Epochs = result.Epochs,
                Options = trained.Info.Options!.OfAll(),
            };
            return (trained, result);
        }
        catch
        {
            trained.Dispose();
            throw;
        }
    }
}
