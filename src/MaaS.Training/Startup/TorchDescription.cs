namespace MaaS.Training.Startup;

/// <summary>The libtorch of this process and what it runs on.</summary>
/// <param name="Processor">The processor's name.</param>
/// <param name="LibTorch">Version of libtorch.</param>
/// <param name="Path">Where it was loaded from.</param>
/// <param name="Cuda">What libtorch says of CUDA devices.</param>
public sealed record TorchDescription(string Processor, string LibTorch, string Path, string Cuda);
