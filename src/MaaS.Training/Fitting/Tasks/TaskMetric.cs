namespace MaaS.Training.Fitting.Tasks;

/// <summary>A metric that a task can keep.</summary>
/// <param name="Name">As options, results and logs call it.</param>
/// <param name="OfEpoch">Whether it is taken of a whole validation set; otherwise batches add up to it.</param>
/// <param name="GreaterIsBetter">Whether a greater value is a better one.</param>
internal sealed record TaskMetric(string Name, bool OfEpoch = false, bool GreaterIsBetter = true);
