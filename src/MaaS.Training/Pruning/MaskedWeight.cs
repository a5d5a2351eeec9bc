namespace MaaS.Training.Pruning;

/// <summary>How many weights of one parameter are zero.</summary>
/// <param name="Parameter">Its name in the state dictionary.</param>
/// <param name="Elements">Number of weights.</param>
/// <param name="Zeros">How many of them are held at zero.</param>
public sealed record MaskedWeight(string Parameter, long Elements, long Zeros);
