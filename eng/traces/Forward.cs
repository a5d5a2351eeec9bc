using static TorchSharp.torch;

namespace MaaS.Traces;

/// <summary>A forward to be traced.</summary>
/// <param name="Name">What its file is called.</param>
/// <param name="Module">Whose weights are inputs of the trace.</param>
/// <param name="Inputs">Its inputs.</param>
/// <param name="Run">Runs it.</param>
internal sealed record Forward(string Name, nn.Module? Module, Tensor[] Inputs, Func<Tensor[], Tensor[]> Run);
