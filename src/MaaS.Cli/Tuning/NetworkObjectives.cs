using MaaS.Cli.CommandLine;
using MaaS.Training.Fitting;
using MaaS.Training.Tuning;
using MaaS.Training.Tuning.Runs;

namespace MaaS.Cli.Tuning;

/// <summary>The objectives of training networks.</summary>
internal static class NetworkObjectives
{
    /// <summary>Milliseconds of one sample in ONNX Runtime.</summary>
    public const string Latency = "latency";

    private const string Loss = "loss", Accuracy = "accuracy", Seconds = "seconds";

    /// <summary>The objectives that are named; the validation loss where none is.</summary>
    /// <exception cref="UsageException">One is not known.</exception>
    public static IReadOnlyList<Objective> Of(IReadOnlyList<string> names)
        => names.Count == 0 ? [new Objective(Loss, Direction.Minimize)] : [.. names.Select(static name => name switch
        {
            Loss or Seconds or Latency => new Objective(name, Direction.Minimize),
            Accuracy => new Objective(name, Direction.Maximize),
            _ => throw new UsageException(
                $"--objective: expected {Loss}, {Accuracy}, {Seconds} or, of images, {Latency}, got '{name}'."),
        })];

    /// <summary>Training options that report to a trial.</summary>
    public static TrainerOptions For(TrainerOptions options, Trial trial, IReadOnlyList<Objective> objectives)
        => options with
        {
            Callbacks = IsKnownEarly(objectives) ? [new TrialCallback(trial, objectives[0].Name)] : [],
        };

    /// <summary>Whether epochs tell of the one objective that there is.</summary>
    public static bool IsKnownEarly(IReadOnlyList<Objective> objectives)
        => objectives is [{ Name: Loss or Accuracy }];

    /// <summary>The values of a run.</summary>
    /// <param name="result">How training went.</param>
    /// <param name="options">With which it ran.</param>
    /// <param name="objectives">What is wanted.</param>
    /// <param name="latency">Measures <see cref="Latency"/>.</param>
    public static IReadOnlyList<double> Values(
        TrainingResult result, TrainerOptions options, IReadOnlyList<Objective> objectives, Func<double> latency)
        => [.. objectives.Select(o => o.Name switch
        {
            Seconds => result.Seconds,
            Latency => latency(),
            _ => TrainingValue.Of(result, options, o.Name),
        })];
}
