using MaaS.Training.Startup;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models;

/// <summary>Xavier-uniform weights and zero biases.</summary>
/// <remarks>
/// Glorot, Bengio 2010: Understanding the difficulty of training deep feedforward neural networks. A network passes
/// here before it computes, whoever trains it: torch's operators are checked by then.
/// </remarks>
internal static class Xavier
{
    public static Linear Initialize(Linear layer)
    {
        TorchRuntime.Ensure();
        init.xavier_uniform_(layer.weight);
        if (layer.bias is { } bias)
        {
            init.zeros_(bias);
        }

        return layer;
    }

    public static Conv2d Initialize(Conv2d layer)
    {
        TorchRuntime.Ensure();
        init.xavier_uniform_(layer.weight);
        if (layer.bias is { } bias)
        {
            init.zeros_(bias);
        }

        return layer;
    }
}
