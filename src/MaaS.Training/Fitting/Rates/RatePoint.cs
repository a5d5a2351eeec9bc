namespace MaaS.Training.Fitting.Rates;

/// <summary>The loss that a learning rate was met with.</summary>
/// <param name="Rate">Learning rate of the update after the loss.</param>
/// <param name="Loss">Mean loss of the batch.</param>
/// <param name="Smoothed">Exponential average of the losses so far, corrected for its start.</param>
public sealed record RatePoint(double Rate, double Loss, double Smoothed);
