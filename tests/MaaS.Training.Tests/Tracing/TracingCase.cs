using static TorchSharp.torch;

namespace MaaS.Training.Tests.Tracing;

/// <summary>A forward to be traced.</summary>
/// <param name="Name">For the test's name.</param>
/// <param name="Module">Its weights are inputs of the trace; null for none. In evaluation mode.</param>
/// <param name="Inputs">The other inputs.</param>
/// <param name="Forward">What runs.</param>
internal sealed record TracingCase(string Name, nn.Module? Module, Tensor[] Inputs, Func<Tensor[], Tensor[]> Forward)
{
    /// <summary>A case of torch's functions alone.</summary>
    public static TracingCase Of(string name, Tensor[] inputs, Func<Tensor[], Tensor[]> forward) =>
        new(name, null, inputs, forward);

    /// <summary>A case of a module.</summary>
    public static TracingCase Of(string name, nn.Module module, Tensor[] inputs, Func<Tensor[], Tensor[]> forward)
    {
        module.eval();
        return new TracingCase(name, module, inputs, forward);
    }

    /// <summary>The tensors that a trace needs: inputs, then weights.</summary>
    public IReadOnlyList<Tensor> All => Module is null ? Inputs
        : [.. Inputs, .. MaaS.Training.Tracing.ModuleState.Of(Module).Select(static pair => pair.Tensor)];

    public override string ToString() => Name;
}
