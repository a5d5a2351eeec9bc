using MaaS.Core.Metrics;
using MaaS.Training.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Evaluation;

/// <summary>Measures a classifier on a data set.</summary>
public static class Evaluator
{
    /// <summary>Mean cross-entropy loss and the classification report.</summary>
    /// <param name="model">Takes (B, …) float32 and returns logits (B, classes); its training mode is kept.</param>
    /// <param name="data">What to measure on; at least one sample.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    /// <exception cref="ArgumentException">The model has another number of logits than the data set has classes.</exception>
    public static ClassificationReport Evaluate(
        nn.Module<Tensor, Tensor> model, IBatchSource data, EvaluatorOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        options ??= new EvaluatorOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 1);
        var matrix = new ConfusionMatrix(data.Classes);
        var loss = 0.0;
        var training = model.training;
        model.eval();
        try
        {
            using var noGrad = no_grad();
            var device = model.parameters().FirstOrDefault()?.device ?? new Device(DeviceType.CPU);
            for (long start = 0; start < data.Count; start += options.BatchSize)
            {
                cancellationToken.ThrowIfCancellationRequested();
                loss += AddBatch(model, data, start, Math.Min(options.BatchSize, data.Count - start), options, device, matrix);
            }
        }
        finally
        {
            model.train(training);
        }

        return ClassificationReport.From(matrix, loss: loss / data.Count);
    }

    private static double AddBatch(
        nn.Module<Tensor, Tensor> model, IBatchSource data, long start, long count, EvaluatorOptions options, Device device,
        ConfusionMatrix matrix)
    {
        using var scope = NewDisposeScope();
        var (inputs, targets) = data.GetBatch(arange(start, start + count, ScalarType.Int64), device);
        var logits = model.call(BatchLayout.Prepare(inputs, options.ChannelsLast));   // (B, classes)
        if (logits.dim() != 2 || logits.shape[1] != data.Classes.Count)
        {
            throw new ArgumentException(
                $"Evaluate: expected logits ({count},{data.Classes.Count}) for {data.Classes.Count} classes, got "
                + $"({string.Join(",", logits.shape)}).", nameof(model));
        }

        var predicted = logits.argmax(1).cpu().data<long>();
        var actual = targets.cpu().data<long>();
        for (var i = 0; i < count; i++)
        {
            matrix.Add(predicted: (int)predicted[i], actual: (int)actual[i]);
        }

        return nn.functional.cross_entropy(logits, targets, reduction: nn.Reduction.Sum).item<float>();
    }
}
