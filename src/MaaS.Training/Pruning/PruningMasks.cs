using System.Text;
using MaaS.Training.Fitting;
using static TorchSharp.torch;

namespace MaaS.Training.Pruning;

/// <summary>
/// Weights that are held at zero. As a hook in <see cref="TrainerOptions.Hooks"/> the masks survive fine-tuning: they
/// are applied after every update.
/// </summary>
/// <remarks>
/// Zeros change neither the size of an .onnx file nor its latency in ONNX Runtime, which multiplies by them like by any
/// number; they pay where the file is compressed. <see cref="Pruner"/> makes a network really smaller.
/// </remarks>
public sealed class PruningMasks : ITrainingHook, IDisposable
{
    private readonly Dictionary<string, Tensor> _masks;

    /// <param name="masks">By parameter: 1 to keep, 0 to hold at zero; owned from here on.</param>
    internal PruningMasks(Dictionary<string, Tensor> masks)
    {
        _masks = masks;
        using var scope = NewDisposeScope();
        Weights = [
            .. masks.Select(static m => new MaskedWeight(m.Key, m.Value.numel(), m.Value.eq(0).sum().item<long>()))];
    }

    /// <summary>The parameters that are masked.</summary>
    public IReadOnlyList<MaskedWeight> Weights { get; }

    /// <summary>Share of zeros in all masked parameters, 0–1.</summary>
    public double Sparsity => Weights.Count == 0
        ? 0
        : (double)Weights.Sum(static w => w.Zeros) / Weights.Sum(static w => w.Elements);

    /// <summary>Masks for the zeros that a pruned module already has, to train on after its weights were
    /// loaded.</summary>
    /// <param name="module">Its parameters of two and more axes that hold zeros are masked.</param>
    public static PruningMasks OfZeros(nn.Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var weights = module.named_parameters().Where(
            static p => p.parameter.dim() > 1 && p.parameter.eq(0).any().item<bool>());
        return new PruningMasks(weights.ToDictionary(
            static p => p.name, static p => p.parameter.ne(0).to(ScalarType.Float32).DetachFromDisposeScope()));
    }

    /// <summary>Sets the masked weights of a module to zero.</summary>
    /// <exception cref="ArgumentException">The module has other parameters, or of another shape.</exception>
    public void Apply(nn.Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        AfterStep(module.named_parameters().ToDictionary(static p => p.name, static p => (Tensor)p.parameter));
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A masked parameter is missing or has another shape.</exception>
    public void AfterStep(IReadOnlyDictionary<string, Tensor> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (var (name, mask) in _masks)
        {
            if (!weights.TryGetValue(name, out var weight) || !weight.shape.SequenceEqual(mask.shape))
            {
                throw new ArgumentException(
                    $"PruningMasks: expected parameter '{name}' of shape ({string.Join(",", mask.shape)}), got "
                    + $"{(weight is null ? "none" : $"({string.Join(",", weight.shape)})")}; make masks after pruning "
                    + "channels.",
                    nameof(weights));
            }

            weight.mul_(mask.to(weight.device).to(weight.dtype));
        }
    }

    /// <summary>A table for people.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var weight in Weights)
        {
            var share = (double)weight.Zeros / weight.Elements;
            text.AppendLine($"{weight.Parameter,-40}{weight.Zeros,12:n0} of {weight.Elements,12:n0} ({share:p1})");
        }

        text.AppendLine(
            $"{Sparsity:p1} of the weights are zero. This changes neither the file's size nor its latency in ONNX");
        text.AppendLine("Runtime; it pays only where the file is compressed.");
        return text.ToString();
    }

    /// <summary>Frees the masks.</summary>
    public void Dispose()
    {
        foreach (var mask in _masks.Values)
        {
            mask.Dispose();
        }

        _masks.Clear();
    }
}
