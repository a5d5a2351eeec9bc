using MaaS.Training.Pruning.Surgery;
using static TorchSharp.torch;

namespace MaaS.Training.Pruning;

/// <summary>Loads the state of a pruned module into a fresh one of full size.</summary>
public static class PrunedState
{
    /// <summary>Gives parameters and buffers the shapes they have in a state dictionary, then their values.</summary>
    /// <param name="module">Built as the pruned one was; changed in place.</param>
    /// <param name="state">The pruned module's state dictionary; stays the caller's.</param>
    /// <exception cref="ArgumentException">Names or numbers of axes differ; the module is unchanged.</exception>
    public static void Load(nn.Module module, IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(state);
        var own = module.state_dict();
        string[] wrong = [.. own.Keys.Except(state.Keys), .. state.Keys.Except(own.Keys),
            .. own.Where(e => state.TryGetValue(e.Key, out var value) && value.dim() != e.Value.dim())
            .Select(static e => e.Key)];
        if (wrong.Length > 0)
        {
            throw new ArgumentException(
                $"PrunedState: expected the state of a {module.GetName()}, got one that differs in "
                + $"{string.Join(", ", wrong)}.", nameof(state));
        }

        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (var (name, tensor) in own)
        {
            var value = state[name];
            if (value.shape.SequenceEqual(tensor.shape))
            {
                tensor.copy_(value);
                continue;
            }

            if (tensor.requires_grad)
            {
                tensor.grad = null;
            }

            tensor.set_(value.detach().to(tensor.dtype).to(tensor.device).clone());
        }

        LayerSizes.Update(module);
    }
}
