using MaaS.Training.Fitting.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Fitting.Tasks;

/// <summary>Keeps what a task measures on one batch after another, as a run does.</summary>
internal sealed class RecordedMetrics(bool validating = true) : IBatchMetrics
{
    private readonly Dictionary<string, (double Sum, double Count)> _means = [];
    private readonly List<Tensor> _outputs = [], _targets = [];

    public bool Validating => validating;

    public bool HasCollected => _outputs.Count > 0;

    public void AddMean(string name, Tensor sum, Tensor count)
    {
        Assert.That(sum.requires_grad || count.requires_grad, Is.False, name);
        var (s, c) = _means.GetValueOrDefault(name);
        _means[name] = (s + sum.ToDouble(), c + count.ToDouble());
    }

    public void Collect(Tensor outputs, Tensor targets)
    {
        Assert.That(outputs.requires_grad, Is.False, "what is kept holds no graph");
        Assert.That(targets.shape[0], Is.EqualTo(outputs.shape[0]));
        _outputs.Add(outputs.cpu());
        _targets.Add(targets.cpu());
    }

    /// <summary>All metrics of the epoch by name.</summary>
    public Dictionary<string, double> Values<TModel, TBatch>(TrainingTask<TModel, TBatch> task)
        where TModel : nn.Module
    {
        var values = _means.ToDictionary(static m => m.Key, static m => m.Value.Sum / m.Value.Count);
        if (HasCollected)
        {
            foreach (var (name, value) in task.EpochMetrics(cat([.. _outputs], 0), cat([.. _targets], 0)))
            {
                values.Add(name, value);
            }
        }

        return values;
    }
}
