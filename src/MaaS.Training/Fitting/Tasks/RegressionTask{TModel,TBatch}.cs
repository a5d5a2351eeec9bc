using MaaS.Core.Metrics;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Tasks;

/// <summary>Numbers: squared, absolute, Huber or quantile loss.</summary>
/// <typeparam name="TModel">A module of any signature.</typeparam>
/// <typeparam name="TBatch">What the batch source delivers.</typeparam>
/// <remarks>Metrics: <c>mae</c>, <c>rmse</c>, <c>r2</c>; of quantiles <c>coverage</c> (share of the targets between
/// the lowest and the highest), and the others where 0.5 is among them, of that one.</remarks>
public class RegressionTask<TModel, TBatch> : SupervisedTask<TModel, TBatch>
    where TModel : nn.Module
{
    private const string Name = "RegressionTask";

    private readonly RegressionLoss _loss;
    private readonly int _median;

    /// <summary>A task over a model.</summary>
    /// <param name="predict">Gives numbers (B, …) and as many targets (B, …); for quantiles (B, Q) and (B) or
    /// (B, 1).</param>
    /// <param name="loss">Null for <see cref="RegressionLoss.Mse"/>.</param>
    public RegressionTask(Func<TModel, TBatch, Prediction> predict, RegressionLoss? loss = null)
        : base(predict, Known(loss ?? RegressionLoss.Mse))
    {
        _loss = loss ?? RegressionLoss.Mse;
        _median = _loss.Quantiles.ToList().IndexOf(0.5);
    }

    private bool OfQuantiles => _loss.Quantiles.Count > 0;

    private static MetricChoice Known(RegressionLoss loss)
    {
        List<TaskMetric> known = [];
        if (loss.Quantiles.Count == 0 || loss.Quantiles.Contains(0.5))
        {
            known.AddRange([new("mae", true, false), new("r2", true), new("rmse", true, false)]);
        }

        if (loss.Quantiles.Count > 1)
        {
            known.Add(new("coverage"));
        }

        return new MetricChoice(
            loss.Quantiles.Count == 0 ? Name : $"{Name} of quantiles ({string.Join(", ", loss.Quantiles)})", known,
            [.. known.Select(static m => m.Name)]);
    }

    private protected sealed override (Tensor Outputs, Tensor Targets) Arrange(Tensor outputs, Tensor targets)
    {
        targets = targets.to(outputs.dtype);
        if (OfQuantiles)
        {
            return outputs.dim() == 2 && outputs.shape[1] == _loss.Quantiles.Count
                && targets.NumberOfElements == outputs.shape[0]
                ? (outputs, targets.reshape(-1, 1))                                       // (B, Q), (B, 1)
                : throw Unfit($"outputs (B,{_loss.Quantiles.Count}) and targets (B)", outputs, targets);
        }

        // A column beside a row would be broadcast to a matrix of differences.
        return outputs.dim() > 0 && targets.dim() > 0 && outputs.shape[0] == targets.shape[0]
            && outputs.shape.Where(static n => n != 1).SequenceEqual(targets.shape.Where(static n => n != 1))
            ? (outputs.reshape(outputs.shape[0], -1), targets.reshape(outputs.shape[0], -1))   // (B, D), (B, D)
            : throw Unfit("outputs and targets of one shape (B,…)", outputs, targets);
    }

    private protected sealed override ItemLosses Losses(Tensor outputs, Tensor targets, bool plain)
        => new(_loss.Values(outputs, targets));

    private protected sealed override void Measure(
        Tensor outputs, Tensor targets, ItemLosses items, IBatchMetrics metrics)
    {
        if (Choice.Has("coverage"))
        {
            var column = targets.select(1, 0);                                            // (B)
            AddShare(
                metrics, "coverage",
                (outputs.amin([1]) <= column).logical_and(column <= outputs.amax([1])));
        }

        if (metrics.Validating && Choice.Collects)
        {
            metrics.Collect(OfQuantiles ? outputs.narrow(1, _median, 1) : outputs, targets);
        }
    }

    private protected sealed override double Value(string metric, Tensor outputs, Tensor targets)
    {
        var scores = RegressionScores.From(
            TensorSpans.Floats(outputs), TensorSpans.Floats(targets), (int)outputs.shape[1]);
        return metric switch
        {
            "mae" => scores.Mae,
            "rmse" => scores.Rmse,
            _ => scores.R2,
        };
    }
}
