using MaaS.Training.Fitting.Tasks;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Loop;

/// <summary>What a task measured on one batch.</summary>
/// <remarks>Numbers are read back at once: the loss is as well, so that nothing more is waited for.</remarks>
internal sealed class BatchMetrics(bool validating) : IBatchMetrics
{
    /// <summary>The name under which the loss is kept.</summary>
    public const string LossName = "loss";

    public bool Validating => validating;

    /// <summary>Sums and counts by name, in the order in which they came.</summary>
    public List<(string Name, double Sum, double Count)> Means { get; } = [];

    /// <summary>Outputs and targets, on the CPU.</summary>
    public (Tensor Outputs, Tensor Targets)? Collected { get; private set; }

    public void AddMean(string name, Tensor sum, Tensor count)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(sum);
        ArgumentNullException.ThrowIfNull(count);
        if (name == LossName)
        {
            throw new ArgumentException(
                $"Metrics: expected a name other than {LossName}, which the loss has.", nameof(name));
        }

        if (sum.NumberOfElements != 1 || count.NumberOfElements != 1)
        {
            throw new ArgumentException(
                $"Metrics: expected scalars as sum and count of {name}, got ({string.Join(",", sum.shape)}) and "
                    + $"({string.Join(",", count.shape)}).", nameof(sum));
        }

        Means.Add((name, Scalars.Read(sum), Scalars.Read(count)));
    }

    public void Collect(Tensor outputs, Tensor targets)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(targets);
        if (validating)
        {
            if (Collected is not null)
            {
                throw new InvalidOperationException("Metrics: expected one call of Collect a batch, got a second one.");
            }

            Collected = (outputs.detach().cpu(), targets.detach().cpu());
        }
    }
}
