using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Core.Packages;
using MaaS.Training.Data.Text;
using MaaS.Training.Evaluation;
using MaaS.Training.Pipelines;
using MaaS.Training.Reports;

namespace MaaS.Cli.Text;

/// <summary>Measures a text classifier, of torch or packaged, on labelled texts.</summary>
internal static class TextMeasuring
{
    /// <summary>What was measured.</summary>
    /// <param name="Network">The model.</param>
    /// <param name="Baseline">Trained on what the model was trained on; null where that is not at hand.</param>
    /// <param name="Note">Which texts it was measured on.</param>
    public sealed record Measured(TextEvaluation Network, TextEvaluation? Baseline, string Note);

    public static async Task<Measured> RunAsync(
        string path, TextOptions texts, ParseResult result, bool withBaseline, CancellationToken cancellationToken)
    {
        if (path.EndsWith(TrainedClassifier.Extension, StringComparison.OrdinalIgnoreCase))
        {
            using var model = TrainedTextModel.Load(path);
            var part = Choose(
                texts, result, model.Info.Preprocessing, model.Info.Classes, model.Info.DataHash, cancellationToken);
            return Compare(
                model.Evaluate(part.HeldBack, cancellationToken), part, withBaseline, model.Info.Options?.ClassWeights,
                cancellationToken);
        }

        using var packaged = await TextClassifier.OpenAsync(path, cancellationToken: cancellationToken);
        var hash = packaged.Manifest.Lineage?.DataHash;
        var parts = Choose(texts, result, packaged.Encoder.Preprocessing, packaged.Labels, hash, cancellationToken);
        var positive = TextEvaluation.PositiveOf(packaged.Labels, [.. (parts.Train ?? parts.HeldBack).Targets]);
        return Compare(
            Evaluator.Evaluate(packaged, parts.HeldBack, positive, cancellationToken),
            parts, withBaseline, Hyperparameters.ClassWeights(packaged.Manifest.Lineage, packaged.Labels.Count),
            cancellationToken);
    }

    /// <summary>The texts to measure on: the held-back part where the rest is what the model learned from, otherwise
    /// all of them.</summary>
    /// <param name="texts">Which texts.</param>
    /// <param name="result">The command line.</param>
    /// <param name="preprocessing">How the model cleans.</param>
    /// <param name="classes">The model's classes.</param>
    /// <param name="trainedOn">SHA-256 of what it learned from.</param>
    /// <param name="cancellationToken">Checked before each text.</param>
    /// <exception cref="UsageException">The command line names no texts, and the model was trained on others than those
    /// of set-up.</exception>
    public static Parts Choose(
        TextOptions texts, ParseResult result, TextPreprocessing preprocessing, IReadOnlyList<string> classes,
        string? trainedOn,
        CancellationToken cancellationToken)
    {
        var corpus = texts.Load(result, preprocessing.Cleaning, classes, cancellationToken);
        var (train, heldBack) = texts.Split(result, corpus);
        if (train.Sha256() == trainedOn)
        {
            return new Parts(train, heldBack, $"{heldBack.Count} texts that training never saw");
        }

        return !texts.IsNamed(result)
            ? throw new UsageException(
                $"--csv: expected the texts to measure on, for this split of {texts.NameOf(result)} is not what the "
                    + "model was trained with; "
                + $"--data {texts.NameOf(result)} measures on all of it.")
            : new Parts(
                null, corpus,
                $"all {corpus.Count} texts: this is not the data and split that the model was trained with");
    }

    /// <param name="Train">What the model learned from; null where that is not at hand.</param>
    /// <param name="HeldBack">What to measure on.</param>
    /// <param name="Note">What these are, for people.</param>
    public sealed record Parts(TextCorpus? Train, TextCorpus HeldBack, string Note);

    private static Measured Compare(
        TextEvaluation network, Parts parts, bool withBaseline, IReadOnlyList<double>? classWeights,
        CancellationToken cancellationToken) => new(
        network,
        withBaseline && parts.Train is { } train
            ? TextTraining.Baseline(train, parts.HeldBack, network.Positive, classWeights, cancellationToken)
                .Evaluation : null,
        parts.Note);
}
