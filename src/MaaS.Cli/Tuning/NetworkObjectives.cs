using MaaS.Cli.CommandLine;
using MaaS.Training.Fitting;
using MaaS.Training.Tuning;
using MaaS.Training.Tuning.Runs;

namespace MaaS.Cli.Tuning;

/// <summary>The objectives of training networks.</summary>
internal static class NetworkObjectives
{
    private const string Loss = "loss", Accuracy = "accuracy", Seconds = "seconds";

    /// <summary>The objectives that are named; the validation loss where none is.</summary>
    /// <exception cref="UsageException">One is not known.</exception>
    public static IReadOnlyList<Objective> Of(IReadOnlyList<string> names)
        => names.Count == 0 ? [new Objective(Loss, Direction.Minimize)] : [.. names.Select(static name => name switch
        {
            Loss or Seconds => new Objective(name, Direction.Minimize),
            Accuracy => new Objective(name, Direction.Maximize),
            _ => throw new UsageException(
                $"--objective: expected {Loss}, {Accuracy} or {Seconds} for images and texts, got '{name}'."),
        })];

    /// <summary>Training options that report to a trial.</summary>
    public static TrainerOptions For(TrainerOptions options, Trial trial, IReadOnlyList<Objective> objectives)
        => options with
        {
            Callbacks = objectives is [{ Name: not Seconds } only] ? [new TrialCallback(trial, only.Name)] : [],
        };

    public static IReadOnlyList<double> Values(
        TrainingResult result, TrainerOptions options, IReadOnlyList<Objective> objectives)
        => [.. objectives.Select(
            o => o.Name == Seconds ? result.Seconds : TrainingValue.Of(result, options, o.Name))];
}
