using System.Globalization;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Tasks;

/// <summary>How far predicted numbers are from the actual ones.</summary>
public sealed class RegressionLoss
{
    private readonly Func<Tensor, Tensor, Tensor> _values;

    private RegressionLoss(string name, Func<Tensor, Tensor, Tensor> values, IReadOnlyList<double> quantiles)
    {
        (Name, _values, Quantiles) = (name, values, quantiles);
    }

    /// <summary>Squared error: the prediction becomes the mean.</summary>
    public static RegressionLoss Mse { get; } = new(
        "mse", static (outputs, targets) => nn.functional.mse_loss(outputs, targets, nn.Reduction.None), []);

    /// <summary>Absolute error: the prediction becomes the median.</summary>
    public static RegressionLoss Mae { get; } = new(
        "mae", static (outputs, targets) => nn.functional.l1_loss(outputs, targets, nn.Reduction.None), []);

    /// <summary>As options and errors call it.</summary>
    public string Name { get; }

    /// <summary>The quantiles that are predicted, ascending; none for other losses.</summary>
    public IReadOnlyList<double> Quantiles { get; }

    /// <summary>The name, with the quantiles.</summary>
    public override string ToString() => $"{Name} {string.Join(' ', Quantiles)}".TrimEnd();

    /// <summary>Squared error near the target, absolute error far from it, where outliers would rule.</summary>
    /// <param name="delta">The error from which it is absolute, above 0.</param>
    /// <remarks>Huber 1964; PyTorch's <c>huber_loss</c>.</remarks>
    public static RegressionLoss Huber(double delta = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(delta);
        return new RegressionLoss(
            string.Create(CultureInfo.InvariantCulture, $"huber {delta}"),
            (outputs, targets) => nn.functional.huber_loss(outputs, targets, delta, nn.Reduction.None), []);
    }

    /// <summary>Pinball loss: each output becomes a quantile of what may come.</summary>
    /// <param name="quantiles">Ascending, above 0 and below 1; the model has one output for each.</param>
    /// <exception cref="ArgumentException">There is none, one is out of its range, or they do not ascend.</exception>
    /// <remarks>Koenker, Bassett 1978; scikit-learn's <c>mean_pinball_loss</c>.</remarks>
    public static RegressionLoss Quantile(params double[] quantiles)
    {
        ArgumentNullException.ThrowIfNull(quantiles);
        if (quantiles.Length == 0 || quantiles.Any(static q => q is not (> 0 and < 1))
            || quantiles.Zip(quantiles.Skip(1)).Any(static pair => pair.First >= pair.Second))
        {
            throw new ArgumentException(
                "RegressionLoss: expected ascending quantiles above 0 and below 1, got "
                    + $"({string.Join(", ", quantiles)}).",
                nameof(quantiles));
        }

        return new RegressionLoss("quantile", (outputs, targets) =>
        {
            var shares = tensor([.. quantiles], ScalarType.Float32, outputs.device);   // (Q)
            var error = targets - outputs;                                             // (B, Q)
            return maximum(error * shares, error * (shares - 1));
        }, [.. quantiles]);
    }

    /// <summary>A loss for each number.</summary>
    /// <param name="outputs">(B, D), float32; quantiles (B, Q).</param>
    /// <param name="targets">(B, D), float32; of quantiles (B, 1).</param>
    internal Tensor Values(Tensor outputs, Tensor targets) => _values(outputs, targets);
}
