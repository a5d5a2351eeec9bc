namespace MaaS.Training.Pruning;

/// <summary>One step of pruning that is done, before its fine-tuning.</summary>
/// <param name="Number">1 for the first.</param>
/// <param name="Count">Number of steps.</param>
/// <param name="Parameters">Elements of all parameters now.</param>
/// <param name="Macs">Multiply–accumulates of a forward pass over the examples now.</param>
public sealed record PruningStep(int Number, int Count, long Parameters, long Macs);
