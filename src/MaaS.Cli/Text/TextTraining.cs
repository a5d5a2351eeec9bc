using System.Globalization;
using MaaS.Cli.CommandLine;
using MaaS.Cli.Recording;
using MaaS.Training.Baselines;
using MaaS.Training.Checkpoints;
using MaaS.Training.Data.Text;
using MaaS.Training.Fitting;
using MaaS.Training.Pipelines;
using MaaS.Training.Reports;

namespace MaaS.Cli.Text;

/// <summary>Trains a text classifier and shows it beside the baseline on texts that neither has seen.</summary>
internal static class TextTraining
{
    public static void Run(
        string name, PretrainedText? start, string dataName, TextCorpus train, TextCorpus heldBack,
        TextModelOptions model, TrainerOptions options, TrainingOutput output, CancellationToken cancellationToken)
    {
        var progress = new RunRecorder(new ConsoleProgress());
        var (trained, training) = start is null
            ? TrainedTextModel.Train(name, dataName, train, model, options, progress, cancellationToken)
            : TrainedTextModel.FineTune(start, dataName, train, model, options, progress, cancellationToken);
        using (trained)
        {
            if (options.Processes is { Rank: > 0 })
            {
                return;   // The first process writes and shows.
            }

            trained.Save(output.Model);
            Console.WriteLine($"trained in {training.Seconds:0.0} s ({training.Plan})"
                + (training.StoppedEarly ? $", stopped early, weights of epoch {training.BestEpoch}" : ""));
            Console.WriteLine();

            var network = new ClassifiedSamples(
                trained.Info.Architecture, heldBack.Classes, trained.Probabilities(heldBack, cancellationToken),
                [.. heldBack.Targets], trained.Info.Positive, i => SampleView.OfText(heldBack.Texts[i]));
            var baseline = Baseline(
                train, heldBack, trained.Info.Positive, trained.Info.Options?.ClassWeights, cancellationToken);
            Print(network.Evaluation, baseline.Evaluation);
            output.Record(network.Evaluation.Report);
            new RunReport
            {
                Title = $"{name} on {dataName}",
                Epochs = training.Epochs,
                Points = progress.Points,
                Classified = [network, baseline],
                Facts = [.. Facts(trained, training, train, heldBack), .. RunEnvironment.Describe()],
                Command = output.Command,
            }.Save(output.Report!);
            Console.WriteLine($"written to {output.Model}, report in {output.Report}");
        }
    }

    /// <summary>The baseline, trained on the same texts with the same class weights.</summary>
    public static ClassifiedSamples Baseline(
        TextCorpus train, TextCorpus heldBack, string? positive, IReadOnlyList<double>? classWeights,
        CancellationToken cancellationToken)
        => new(
            TfIdfBaseline.Name, heldBack.Classes,
            TfIdfBaseline.Fit(train, new() { ClassWeights = classWeights }, cancellationToken)
                .Probabilities(heldBack.Texts, cancellationToken),
            [.. heldBack.Targets], positive);

    public static void Print(TextEvaluation network, TextEvaluation? baseline)
    {
        Console.WriteLine(network.Report);
        Console.WriteLine("actual \\ predicted");
        Console.WriteLine(Matrix(network));
        Console.WriteLine(
            ScoreSummary.Table(
                network.Positive, baseline is null ? [network.Summary] : [network.Summary, baseline.Summary]));
    }

    private static string Matrix(TextEvaluation evaluation)
    {
        var matrix = evaluation.Report.ConfusionMatrix;
        List<string[]> rows = [["", .. matrix.Classes]];
        rows.AddRange(
            matrix.Classes.Select(
                (name, i) => (string[])[name, .. matrix.Classes.Select((_, j) => $"{matrix[i, j]}")]));
        return Primitives.Display.TextTable.Render(rows, 1);
    }

    private static IEnumerable<(string Name, string Value)> Facts(
        TrainedTextModel model, TrainingResult training, TextCorpus train, TextCorpus heldBack)
    {
        var (info, options) = (model.Info, model.Info.Options!);
        yield return (
            "data",
            $"{info.Data}: {train.Count} texts to learn from, {heldBack.Count} held back; near-duplicates are on one "
                + "side");
        yield return (
            "cleaning",
            info.Preprocessing.Cleaning.Count == 0 ? "none" : string.Join(", ", info.Preprocessing.Cleaning));
        yield return (
            "tokens",
            $"WordPiece, {info.Vocabulary} of them, "
                + (info.Pretrained is { } from ? $"of {from}; at most " : "learned from the training texts; at most ")
                + $"{info.Preprocessing.MaxLength} a text");
        yield return (
            "network",
            $"{info.Architecture}, width {info.Sizes.Width}, {info.Sizes.Layers} "
                + $"layer{(info.Sizes.Layers == 1 ? "" : "s")}, "
                + $"{model.Module.parameters().Sum(static p => p.numel()):n0} parameters");
        yield return ("training", string.Create(
            CultureInfo.InvariantCulture,
            $"{training.Epochs.Count} epochs of batches of {options.BatchSize}, {options.Optimizer}, learning rate "
                + $"{options.LearningRate:g3}, seed {options.Seed}; {training.Seconds:0} s ({training.Plan})"));
    }
}
