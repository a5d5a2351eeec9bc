using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Tasks;

/// <summary>A batch of pairs in the space that both sides share.</summary>
/// <param name="Firsts">(B, D), each of length 1, such as images.</param>
/// <param name="Seconds">(B, D), each of length 1, such as their texts, in the same order.</param>
/// <param name="Scale">Scalar that cosines are multiplied by, the inverse of the temperature, such as
/// <see cref="Models.Transformers.LearnedScale"/> learns it.</param>
/// <param name="Keys">(B), int64, 0 or more: samples with equal keys are each other's pairs; null where each has one
/// alone.</param>
public readonly record struct EmbeddedPairs(Tensor Firsts, Tensor Seconds, Tensor Scale, Tensor? Keys = null);
