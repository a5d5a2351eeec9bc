using MaaS.Core.Metrics;
using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using MaaS.Training.Data;
using MaaS.Training.Data.Text;
using MaaS.Training.Interop;
using MaaS.Training.Reports;
using MaaS.Training.Startup;
using TorchSharp;
using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace MaaS.Training.Evaluation;

/// <summary>Measures a classifier on a data set.</summary>
public static partial class Evaluator
{
    private const int ServingBatch = 256;

    /// <summary>Mean cross-entropy loss and the classification report.</summary>
    /// <param name="model">Takes (B, …) float32 and returns logits (B, classes); its submodules keep their training
    /// modes.</param>
    /// <param name="data">What to measure on; at least one sample.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    /// <exception cref="ArgumentException">The model has another number of logits than the data set has
    /// classes.</exception>
    public static ClassificationReport Evaluate(
        nn.Module<Tensor, Tensor> model, IBatchSource data, EvaluatorOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        options ??= new EvaluatorOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 1);
        TorchRuntime.Ensure();
        var matrix = new ConfusionMatrix(data.Classes);
        var loss = 0.0;
        using var evaluation = new EvaluationMode(model);
        using var noGrad = no_grad();
        var device = model.parameters().FirstOrDefault()?.device ?? new Device(DeviceType.CPU);
        for (long start = 0; start < data.Count; start += options.BatchSize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            loss += AddBatch(
                model, data, start, Math.Min(options.BatchSize, data.Count - start), options, device, matrix);
        }

        return ClassificationReport.From(matrix, loss: loss / data.Count);
    }

    /// <summary>Mean cross-entropy loss and the classification report of a packaged model, as ONNX Runtime
    /// answers.</summary>
    /// <param name="classifier">Normalises with its own statistics.</param>
    /// <param name="data">What to measure on, with the classifier's classes.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    /// <exception cref="ArgumentException">The classes differ.</exception>
    public static ClassificationReport Evaluate(
        ImageClassifier classifier, ImageDataset data, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(data);
        if (!classifier.Labels.SequenceEqual(data.Classes) || !classifier.InputShape.SequenceEqual(data.InputShape))
        {
            throw new ArgumentException(
                $"Evaluate: {classifier.Manifest.Name} tells ({string.Join(", ", classifier.Labels)}) apart on images "
                + $"({string.Join(",", classifier.InputShape)}), the data set has ({string.Join(", ", data.Classes)}) "
                + "on "
                + $"({string.Join(",", data.InputShape)}).", nameof(data));
        }

        var matrix = new ConfusionMatrix(data.Classes);
        var loss = 0.0;
        var labels = data.LabelValues();
        var pixels = (int)(data.Images.NumberOfElements / data.Count);
        for (var start = 0; start < labels.Length; start += ServingBatch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = Math.Min(ServingBatch, labels.Length - start);
            var logits = classifier.Logits(data.Images.bytes.Slice(start * pixels, count * pixels));   // (B, classes)
            for (var i = 0; i < count; i++)
            {
                var row = logits.AsSpan(i * data.Classes.Count, data.Classes.Count);
                matrix.Add(predicted: TensorPrimitives.IndexOfMax<float>(row), actual: (int)labels[start + i]);
                loss += CrossEntropy(row, (int)labels[start + i]);
            }
        }

        return ClassificationReport.From(matrix, loss: loss / labels.Length);
    }

    /// <summary>Evaluates a packaged classifier, as ONNX Runtime answers; longer texts are truncated.</summary>
    /// <param name="classifier">What to measure.</param>
    /// <param name="texts">Cleaned as the package says, with the package's classes.</param>
    /// <param name="positive">The class whose detection counts; null where all count the same.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    public static TextEvaluation Evaluate(
        TextClassifier classifier, TextCorpus texts, string? positive, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(texts);
        const int Batch = 64;
        var encoder = classifier.Encoder.Truncating();
        var rows = texts.Texts.Select(encoder.EncodeClean).ToArray();
        int[] order = [.. Enumerable.Range(0, rows.Length).OrderBy(i => rows[i].Length)];   // Little padding.
        var (classes, probabilities) = (classifier.Labels.Count, new float[rows.Length * classifier.Labels.Count]);
        foreach (var part in order.Chunk(Batch))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (ids, mask) = encoder.Pad([.. part.Select(i => rows[i])]);
            var logits = classifier.Logits(ids, mask);   // (B, classes)
            for (var i = 0; i < part.Length; i++)
            {
                Softmax.Compute(logits.AsSpan(i * classes, classes), probabilities.AsSpan(part[i] * classes, classes));
            }
        }

        return TextEvaluation.From(
            classifier.Manifest.Name, probabilities, [.. texts.Targets], classifier.Labels, positive);
    }

    private static double CrossEntropy(ReadOnlySpan<float> logits, int target)
    {
        var most = (double)TensorPrimitives.Max(logits);
        var sum = 0.0;
        foreach (var logit in logits)
        {
            sum += Math.Exp(logit - most);
        }

        return most + Math.Log(sum) - logits[target];
    }

    private static double AddBatch(
        nn.Module<Tensor, Tensor> model, IBatchSource data, long start, long count, EvaluatorOptions options,
        Device device,
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
