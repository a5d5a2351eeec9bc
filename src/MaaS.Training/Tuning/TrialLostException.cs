namespace MaaS.Training.Tuning;

/// <summary>A trial belongs to another worker by now, because this one showed no life for too long.</summary>
/// <param name="number">The trial.</param>
public sealed class TrialLostException(long number) : Exception(
    $"trial {number}: expected it to be this worker's, which showed no life for too long; another has it.");
