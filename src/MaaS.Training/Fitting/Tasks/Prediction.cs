using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Tasks;

/// <summary>What a model says of a batch, and what it should say.</summary>
/// <param name="Outputs">(B, …), with a gradient: logits or numbers, as the task says.</param>
/// <param name="Targets">(B, …), on the same device.</param>
/// <param name="Weights">(B), at least 0: how much each sample counts in the loss; null for 1 each. Metrics count every
/// sample alike.</param>
public readonly record struct Prediction(Tensor Outputs, Tensor Targets, Tensor? Weights = null);
