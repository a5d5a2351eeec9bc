using MaaS.Training.Fitting;
using MaaS.Training.Interop;
using static TorchSharp.torch;

namespace MaaS.Training.Pruning;

/// <summary>Sets the weights of smallest magnitude to zero.</summary>
/// <remarks>Han et al. 2015: Learning both weights and connections for efficient neural networks.</remarks>
public static class MagnitudePruner
{
    /// <summary>Zeroes weights in place, step by step.</summary>
    /// <param name="module">Its parameters of two and more axes are pruned; biases and norms stay.</param>
    /// <param name="options">How; null for half the weights of each layer.</param>
    /// <param name="fineTune">
    /// Trains after each step, with the masks among <see cref="TrainerOptions.Hooks"/>; null to not train.
    /// </param>
    /// <returns>The masks of the last step; the caller owns them.</returns>
    /// <exception cref="ArgumentException">A value is out of its range, or a module's name is unknown.</exception>
    /// <exception cref="PruningException">Weights are NaN, or no weight may be pruned.</exception>
    public static PruningMasks Prune(
        nn.Module module, MagnitudePruningOptions? options = null, Action<PruningMasks>? fineTune = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        options ??= new MagnitudePruningOptions();
        options.Validate();
        ModuleNames.Known(
            options.Ignore, [.. module.named_modules().Select(static m => m.name)], nameof(options.Ignore));
        PruningMasks? masks = null;
        for (var step = 1; step <= options.Steps; step++)
        {
            masks?.Dispose();
            masks = Masks(module, options, options.Ratio * (1 - Math.Pow(1 - ((double)step / options.Steps), 3)));
            masks.Apply(module);
            fineTune?.Invoke(masks);
        }

        return masks!;
    }

    private static PruningMasks Masks(nn.Module module, MagnitudePruningOptions options, double ratio)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        bool IsIgnored(string name)
            => options.Ignore.Any(ignored => ModuleNames.IsBelow(Analysis.SlotAxis.LayerOf(name), ignored));
        var weights = module.named_parameters().Where(p => p.parameter.dim() > 1 && !IsIgnored(p.name))
            .Select(
                static p => (p.name, Magnitude: p.parameter.abs().flatten().to(ScalarType.Float32), p.parameter.shape))
            .ToArray();
        if (weights.Length == 0)
        {
            throw new PruningException(
                $"MagnitudePruner: expected parameters of two and more axes, {module.GetName()} has none to prune.");
        }

        if (weights.FirstOrDefault(static w => w.Magnitude.isnan().any().item<bool>()) is { name: { } name })
        {
            throw new PruningException($"MagnitudePruner: expected numbers in '{name}', got NaN.");
        }

        var flat = options.Scope == PruningScope.Local
            ? [.. weights.Select(w => Keep(w.Magnitude, ratio))]
            : Keep(cat([.. weights.Select(static w => w.Magnitude)]), ratio)
                .split([.. weights.Select(static w => w.Magnitude.numel())]);
        return new PruningMasks(weights.Zip(flat).ToDictionary(
            static p => p.First.name, static p => p.Second.reshape(p.First.shape).clone().DetachFromDisposeScope()));
    }

    // 0 for the ⌊ratio·n⌋ smallest of n, else 1.
    private static Tensor Keep(Tensor magnitudes, double ratio)
    {
        var mask = ones_like(magnitudes);
        var count = (int)((magnitudes.numel() * ratio) + 1e-9);
        if (count == 0)
        {
            return mask;
        }

        var (_, smallest) = magnitudes.topk(count, dim: 0, largest: false, sorted: false);
        return mask.index_fill_(0, smallest, 0);
    }
}
