using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Tasks;

/// <summary>The part that is the same however two samples are mixed: the share, and the targets.</summary>
internal sealed class MixedTargets
{
    private readonly double _alpha;
    private readonly long? _classes;

    /// <exception cref="ArgumentOutOfRangeException">α or the number of classes is out of its range.</exception>
    public MixedTargets(string name, double alpha, long? classes)
    {
        if (!(alpha > 0) || !double.IsFinite(alpha) || classes < 2)
        {
            throw new ArgumentOutOfRangeException(
                nameof(alpha), $"{name}: expected α above 0 and at least 2 classes, got {alpha} and {classes}.");
        }

        (_alpha, _classes) = (alpha, classes);
    }

    /// <summary>A share of the first sample, 0 to 1, out of torch's default generator.</summary>
    public double DrawShare()
    {
        using var scope = NewDisposeScope();
        var concentration = tensor(new[] { (float)_alpha });
        return distributions.Beta(concentration, concentration).sample().item<float>();
    }

    /// <summary>Each target, and that of its partner.</summary>
    public Tensor Mix(Tensor targets, Tensor partners, double share)
    {
        var shares = _classes is { } classes && !targets.is_floating_point()
            ? nn.functional.one_hot(targets.to(ScalarType.Int64), classes).to(ScalarType.Float32)
            : targets.to(ScalarType.Float32);
        return (shares * share) + (shares.index_select(0, partners) * (1 - share));
    }
}
