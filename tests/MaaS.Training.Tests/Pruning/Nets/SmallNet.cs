using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Tests.Pruning.Nets;

/// <summary>Base of the networks whose dependencies the tests know by hand.</summary>
internal abstract class SmallNet(string name) : Module<Tensor, Tensor>(name)
{
    /// <summary>Random weights, biases and batch-norm statistics, so that nothing is zero or one by accident.</summary>
    public static T Randomized<T>(T module, int seed)
        where T : Module
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var generator = manual_seed(seed);
        foreach (var (name, tensor) in module.state_dict())
        {
            if (tensor.dtype == ScalarType.Float32)
            {
                tensor.copy_(name.EndsWith("running_var", StringComparison.Ordinal)
                    ? rand(tensor.shape, generator: generator) + 0.5f
                    : randn(tensor.shape, generator: generator) * 0.3f);
            }
        }

        module.eval();
        return module;
    }
}
