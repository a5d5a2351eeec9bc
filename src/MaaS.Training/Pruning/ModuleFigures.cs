namespace MaaS.Training.Pruning;

/// <summary>Figures of a module at one moment.</summary>
/// <param name="Parameters">Elements of all parameters.</param>
/// <param name="Macs">
/// Multiply–accumulates of a forward pass over the examples: convolutions, dense layers, matrix products.
/// </param>
/// <param name="Milliseconds">Fastest of several forward passes over the examples, in torch.</param>
/// <param name="Score">What <see cref="ChannelPruningOptions.Evaluate"/> gave; null where it was not given.</param>
public sealed record ModuleFigures(long Parameters, long Macs, double Milliseconds, double? Score);
