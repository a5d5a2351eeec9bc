namespace MaaS.Training.Fitting.Checkpointing;

/// <summary>Where in a run a checkpoint lies.</summary>
/// <param name="Epoch">The epoch that goes on, 1 for the first.</param>
/// <param name="Samples">Samples of the epoch that all processes together have taken, those of batches that were not
/// full counted as if they were.</param>
/// <param name="Steps">Updates of the weights.</param>
/// <param name="EpochSteps">Those of this epoch.</param>
/// <param name="Seen">Samples of the epoch that were really there.</param>
/// <param name="Seconds">Wall time of the epoch.</param>
/// <param name="Totals">Sums and counts of the epoch's measures.</param>
/// <param name="LossScale">Factor of float16 losses.</param>
/// <param name="LossScaleSteps">Steps since that changed.</param>
internal sealed record TrainingPosition(
    int Epoch, long Samples, long Steps, long EpochSteps, long Seen, double Seconds,
    Dictionary<string, double[]> Totals, double LossScale, int LossScaleSteps);
