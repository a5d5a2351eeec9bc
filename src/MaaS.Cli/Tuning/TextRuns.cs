using System.CommandLine;
using System.Diagnostics;
using MaaS.Cli.CommandLine;
using MaaS.Training.Checkpoints;
using MaaS.Training.Data.Text;
using MaaS.Training.Fitting;
using MaaS.Training.Pipelines;
using MaaS.Training.Tuning;
using MaaS.Training.Tuning.Spaces;

namespace MaaS.Cli.Tuning;

/// <summary>Trains networks of texts, on the part that <c>maas train</c> learns from.</summary>
internal sealed class TextRuns(
    string dataName, TextCorpus train, TextOptions texts, TextModelOptionSet textModel, TrainingOptions training,
    PretrainedText? start, SearchSpace space, IReadOnlyList<Objective> objectives, int epochs) : ITunedRuns
{
    public SearchSpace Space => space;

    public IReadOnlyList<Objective> Objectives => objectives;

    public int? Epochs => epochs;

    /// <summary>How one network is trained.</summary>
    public static TrainerOptions Options(
        ParseResult line, string architecture, TextOptions texts, TrainingOptions training, PretrainedText? start)
        => training.Read(
            line, start is null ? texts.Training(line, architecture) : TrainedTextModel.FineTuning);

    /// <summary>The network that the command line names.</summary>
    public static string Architecture(ParseResult line, TrainingOptions training)
        => line.GetResult(training.Model) is { Implicit: false }
            ? line.GetRequiredValue(training.Model) : "transformer";

    public IReadOnlyList<double> Run(Trial trial, ParseResult line, CancellationToken cancellationToken)
    {
        var architecture = Architecture(line, training);
        var options = NetworkObjectives.For(
            Options(line, architecture, texts, training, start), trial, objectives);
        var model = textModel.Read(line, texts.Model(line), start);
        var (trained, result) = start is null
            ? TrainedTextModel.Train(architecture, dataName, train, model, options, null, cancellationToken)
            : TrainedTextModel.FineTune(start, dataName, train, model, options, null, cancellationToken);
        using (trained)
        {
            return NetworkObjectives.Values(
                result, options, objectives, static () => throw new UnreachableException("refused before"));
        }
    }

    public void Dispose() => start?.Dispose();
}
