using MaaS.Training.Data.Streams;
using MaaS.Training.Data.Text;
using MaaS.Training.Evaluation;
using MaaS.Training.Fitting;
using MaaS.Training.Fitting.Tasks;
using MaaS.Training.Models;
using MaaS.Training.Pipelines;
using MaaS.Training.Reports;
using static TorchSharp.torch;

namespace MaaS.Training.Images.Pipelines;

/// <summary>Classifiers of image files: networks of <see cref="ModelCatalog"/> with fresh weights, or pretrained ones
/// that are fine-tuned.</summary>
public static class ImageTraining
{
    private const int FreshSize = 64, PretrainedSize = 224;

    // torchvision measures networks of 224 on images whose shorter side has 256.
    private const double PretrainedMargin = 256.0 / 224;

    private const double LeastPart = 0.35;

    // A batch of 256 photographs would take gigabytes in a network's first layers.
    private static readonly EvaluatorOptions Measuring = new() { BatchSize = 64, ChannelsLast = true };

    /// <summary>How a network with fresh weights is trained where nothing else is asked for.</summary>
    public static TrainerOptions DefaultTraining { get; } = new()
    {
        Epochs = 10,
        BatchSize = 32,
        Optimizer = OptimizerKind.AdamW,
        LearningRate = 3e-3,
        WeightDecay = 0.01,
    };

    /// <summary>How a pretrained network is fine-tuned where nothing else is asked for.</summary>
    public static TrainerOptions FineTuning { get; } = new()
    {
        Epochs = 5,
        BatchSize = 32,
        Optimizer = OptimizerKind.AdamW,
        LearningRate = 1e-3,
        WeightDecay = 0.01,
        GradientClipNorm = 1,
    };

    /// <summary>Creates a network of the catalogue and trains it.</summary>
    /// <param name="dataName">Name of the data, for the description.</param>
    /// <param name="parts">What to learn from; <see cref="TrainerOptions.ValidationFraction"/> of it is held back for
    /// validation, class by class, where it brings no validation part.</param>
    /// <param name="model">The network and what it sees.</param>
    /// <param name="options">How to train, as <see cref="DefaultTraining"/>; the seed also draws first weights and
    /// validation part.</param>
    /// <param name="progress">As in <see cref="Trainer.Fit"/>.</param>
    /// <param name="cancellationToken">As in <see cref="Trainer.Fit"/>.</param>
    /// <returns>The trained model and how training went; the caller owns the model.</returns>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static (TrainedModel Model, TrainingResult Result) Train(
        string dataName, ImageParts parts, ImageModelOptions model, TrainerOptions options,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(model);
        Check(model, options);
        var size = model.Size ?? FreshSize;
        var inputs = new Inputs(size, size, new Normalize(parts.Mean, parts.Std), model.Augment);
        var network = ModelCatalog.Create(
            model.Architecture, [parts.Mean.Count, size, size], parts.Classes.Count, options.Seed);
        return Run(
            network, Describe(dataName, parts, options, inputs) with { Architecture = model.Architecture }, parts,
            model, options, inputs, progress, cancellationToken);
    }

    /// <summary>Trains pretrained weights on, with a fresh head: a logistic regression on the untouched network's
    /// features of up to 1,000 images, and then trained with the rest.</summary>
    /// <param name="start">The weights; they stay as they are.</param>
    /// <param name="dataName">Name of the data, for the description.</param>
    /// <param name="parts">As of <see cref="Train"/>.</param>
    /// <param name="model">What the network sees, and how its stages are trained.</param>
    /// <param name="options">How to train, as <see cref="FineTuning"/>; the seed also draws the validation
    /// part.</param>
    /// <param name="progress">As in <see cref="Trainer.Fit"/>.</param>
    /// <param name="cancellationToken">As in <see cref="Trainer.Fit"/>.</param>
    /// <returns>The trained model and how training went; the caller owns the model.</returns>
    /// <exception cref="ArgumentException">An option is out of its range, or images have other channels than the
    /// network reads.</exception>
    public static (TrainedModel Model, TrainingResult Result) FineTune(
        PretrainedImages start, string dataName, ImageParts parts, ImageModelOptions model, TrainerOptions options,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(model);
        Check(model, options);
        if (start.Channels != parts.Mean.Count)
        {
            throw new ArgumentException(
                $"{start.Name}: expected images of {start.Channels} channels, got {parts.Mean.Count}.", nameof(parts));
        }

        var size = model.Size ?? PretrainedSize;
        var inputs = new Inputs(
            size, (int)Math.Round(size * PretrainedMargin), start.Normalization, model.Augment);
        var network = start.Create(parts.Classes.Count, options.Seed);
        var staged = options with
        {
            ParameterRules = [.. BackboneRules.Of(model.FrozenEpochs, model.LayerDecay), .. options.ParameterRules],
            Callbacks = [new FrozenStatistics(network, model.FrozenEpochs), .. options.Callbacks],
        };
        var info = Describe(dataName, parts, staged, inputs) with
        {
            Architecture = BasicResNet.CatalogName,
            Pretrained = start.Name,
            Blocks = network.Blocks,
        };
        return Run(network, info, parts, model, staged, inputs, progress, cancellationToken);
    }

    /// <summary>What a model says of images that it has not seen; they are sized and normalised as it
    /// expects.</summary>
    /// <param name="model">In evaluation mode afterwards as before.</param>
    /// <param name="images">With the model's classes.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    /// <exception cref="ArgumentException">The images have other classes, or come out in another shape than the model
    /// takes.</exception>
    /// <exception cref="InvalidDataException">A file cannot be decoded.</exception>
    public static ClassifiedSamples Classify(
        TrainedModel model, ImageFolder images, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(images);
        var info = model.Info;
        var seen = PackagedImages.SeenBy(
            info.Architecture, model.Preprocessing, info.InputShape, info.Classes, images);
        return new ClassifiedSamples(
            info.Architecture, info.Classes,
            Evaluator.Probabilities(model.Module, seen, Measuring, cancellationToken), [.. seen.Labels],
            view: i => seen.View(i));
    }

    private static void Check(ImageModelOptions model, TrainerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        model.Validate();
        options.Validate();
        if (options.Augmentation is not null)
        {
            throw new ArgumentException(
                "Augmentation: expected none for image files, got shifts of images in memory; set "
                    + $"{nameof(ImageModelOptions)}.{nameof(ImageModelOptions.Augment)}.", nameof(options));
        }
    }

    private static TrainedModelInfo Describe(
        string dataName, ImageParts parts, TrainerOptions options, Inputs inputs) => new()
        {
            Architecture = "",
            InputShape = [parts.Mean.Count, inputs.Size, inputs.Size],
            Classes = parts.Classes,
            Mean = inputs.Normalization.Mean.Average(),
            Std = inputs.Normalization.Std.Average(),
            Preprocessing = inputs.Still.Preprocessing(parts.Mean.Count),
            Data = dataName,
            DataHash = parts.Sha256,
            Options = options.OfAll(),
        };

    private static (TrainedModel Model, TrainingResult Result) Run(
        nn.Module<Tensor, Tensor> network, TrainedModelInfo info, ImageParts parts, ImageModelOptions model,
        TrainerOptions options, Inputs inputs, IProgress<TrainingProgress>? progress,
        CancellationToken cancellationToken)
    {
        try
        {
            var (train, validation) = parts.Validation is { } given || options.ValidationFraction == 0
                ? (parts.Train, parts.Validation)
                : parts.Train.Split(options.ValidationFraction, options.Seed);
            var task = new ClassificationTask
            {
                Classes = parts.Classes.Count,
                LabelSmoothing = options.LabelSmoothing,
                ClassWeights = model.BalancedClasses
                    ? LabelEncoder.BalancedWeights(train.Labels, parts.Classes.Count) : options.ClassWeights,
            };
            if (network is BasicResNet pretrained && info.Pretrained is not null)
            {
                ImageHead.Fit(pretrained, Read(train, inputs.Still), task.ClassWeights, cancellationToken);
            }

            var result = new Trainer(options with { ValidationFraction = 0 }).Fit(
                network, task, Read(train, inputs.Moving), validation is null ? null : Read(validation, inputs.Still),
                progress, cancellationToken);
            return (
                new TrainedModel(
                    network, info with
                    {
                        Epochs = result.Epochs,
                        Options = info.Options! with { ClassWeights = task.ClassWeights },
                    }),
                result);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    // Every file could be read before: what cannot be any more ends the run.
    private static ImageFolder Read(ImageFolder images, Compose transforms)
        => images.With(images.Options with { Transforms = transforms, OnBadFile = BadSample.Refuse });

    /// <summary>What a network sees of an image.</summary>
    /// <param name="Size">Height and width.</param>
    /// <param name="Shorter">Length of the shorter side before the middle is cut out.</param>
    /// <param name="Normalization">How pixels become values.</param>
    /// <param name="Augment">Whether training sees random parts.</param>
    private sealed record Inputs(int Size, int Shorter, Normalize Normalization, bool Augment)
    {
        /// <summary>For validation, test and serving.</summary>
        public Compose Still => new(new Resize(Shorter), new CenterCrop(Size), Normalization);

        /// <summary>For training.</summary>
        public Compose Moving => Augment
            ? new(
                new RandomResizedCrop(Size, Size, MinScale: LeastPart), new RandomHorizontalFlip(), Normalization)
            : Still;
    }
}
