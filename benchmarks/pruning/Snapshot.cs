using static TorchSharp.torch;

namespace MaaS.Benchmarks.Pruning;

/// <summary>A module's weights at one moment.</summary>
internal sealed class Snapshot(nn.Module module) : IDisposable
{
    private readonly Dictionary<string, Tensor> _values = module.state_dict()
        .ToDictionary(static e => e.Key, static e => e.Value.detach().clone().DetachFromDisposeScope());

    /// <summary>Gives the module those weights back.</summary>
    public void Restore()
    {
        using var noGrad = no_grad();
        foreach (var (name, tensor) in module.state_dict())
        {
            tensor.copy_(_values[name]);
        }
    }

    public void Dispose()
    {
        foreach (var value in _values.Values)
        {
            value.Dispose();
        }
    }
}
