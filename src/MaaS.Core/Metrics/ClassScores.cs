namespace MaaS.Core.Metrics;

/// <summary>Precision, recall and F1 of one class.</summary>
/// <param name="Name">The class.</param>
/// <param name="Precision">Correct among those predicted as this class, 0 to 1.</param>
/// <param name="Recall">Correct among those of this class, 0 to 1.</param>
/// <param name="F1">Harmonic mean of the two, 0 to 1.</param>
/// <param name="Support">Samples of this class.</param>
public sealed record ClassScores(string Name, double Precision, double Recall, double F1, long Support);

/// <summary>Precision, recall and F1 averaged over classes.</summary>
/// <param name="Precision">0 to 1.</param>
/// <param name="Recall">0 to 1.</param>
/// <param name="F1">0 to 1: the average of the classes' F1, not the F1 of the averages.</param>
public sealed record AverageScores(double Precision, double Recall, double F1);
