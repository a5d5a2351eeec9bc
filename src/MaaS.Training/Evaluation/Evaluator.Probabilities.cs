using MaaS.Training.Data;
using MaaS.Training.Interop;
using MaaS.Training.Startup;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Evaluation;

/// <content>Answers, one by one.</content>
public static partial class Evaluator
{
    /// <summary>Class probabilities of every sample.</summary>
    /// <param name="model">Takes (B, …) float32 and returns logits (B, classes); its submodules keep their training
    /// modes.</param>
    /// <param name="data">At least one sample.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    /// <returns>(samples, classes), row-major, in the order of the data.</returns>
    public static float[] Probabilities(
        nn.Module<Tensor, Tensor> model, IBatchSource data, EvaluatorOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        options ??= new EvaluatorOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 1);
        TorchRuntime.Ensure();
        var result = new List<float>((int)data.Count * data.Classes.Count);
        using var evaluation = new EvaluationMode(model);
        using var noGrad = no_grad();
        var device = model.parameters().FirstOrDefault()?.device ?? new Device(DeviceType.CPU);
        for (long start = 0; start < data.Count; start += options.BatchSize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var end = Math.Min(start + options.BatchSize, data.Count);
            var (inputs, _) = data.GetBatch(arange(start, end, ScalarType.Int64), device);
            var logits = model.call(BatchLayout.Prepare(inputs, options.ChannelsLast));   // (B, classes)
            result.AddRange(nn.functional.softmax(logits.to(ScalarType.Float32), 1).cpu().data<float>());
        }

        return [.. result];
    }
}
