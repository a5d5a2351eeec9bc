using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers;

/// <summary>Modules of <see cref="ActivationKind"/>.</summary>
internal static class ActivationLayer
{
    public static Module<Tensor, Tensor> Create(ActivationKind kind) => kind switch
    {
        ActivationKind.Relu => ReLU(),
        ActivationKind.GeluTanh => GELU(TorchSharp.Modules.GELU.Approximate.tanh),
        _ => GELU(),
    };
}
