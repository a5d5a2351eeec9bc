using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Training.Data;
using MaaS.Training.Pipelines;
using MaaS.Training.Tuning;
using MaaS.Training.Tuning.Spaces;

namespace MaaS.Cli.Tuning;

/// <summary>Trains networks of images.</summary>
internal sealed class ImageRuns(
    string dataName, TrainTest data, TrainingOptions training, SearchSpace space, IReadOnlyList<Objective> objectives,
    int epochs) : ITunedRuns
{
    public SearchSpace Space => space;

    public IReadOnlyList<Objective> Objectives => objectives;

    public int? Epochs => epochs;

    public IReadOnlyList<double> Run(Trial trial, ParseResult line, CancellationToken cancellationToken)
    {
        var options = NetworkObjectives.For(training.Read(line), trial, objectives);
        var (model, result) = TrainedModel.Train(
            line.GetRequiredValue(training.Model), dataName, data.Train, options, null, cancellationToken);
        using (model)
        {
            return NetworkObjectives.Values(result, options, objectives);
        }
    }

    public void Dispose() => data.Dispose();
}
