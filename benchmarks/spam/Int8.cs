using MaaS.Core.Inference;
using MaaS.Core.Metrics;
using MaaS.Core.Quantization;
using MaaS.Core.Quantization.Dynamic;
using MaaS.Core.Quantization.Schemes;
using MaaS.Training.Compression;
using MaaS.Training.Data.Text;
using MaaS.Training.Models;

namespace MaaS.Benchmarks.Spam;

/// <summary>Dynamic int8 beside float32: F1 of spam on the held-back mails, latency in turns.</summary>
internal static class Int8
{
    private const int LatencyBatch = 8;

    public static void Compare(TrainedTextModel filter, TextCorpus heldBack)
    {
        var spam = filter.Info.Classes.ToList().IndexOf("spam");
        var result = new Quantizer(new QuantizerOptions { AcceptAnyway = true }).Run(
            filter.Export().Model,
            new DynamicScheme(new DynamicQuantizerOptions()),
            model => F1(model, filter, heldBack, spam),
            OnnxTextBatches.Labelled(filter.Encoder, heldBack, LatencyBatch).Last().Inputs);
        var (exact, small) = (result.Report.Float, result.Report.Quantized);
        Console.WriteLine(
            $"int8 (dynamic) beside float32, batches of {LatencyBatch}: {result.Report.Speedup:0.00} times as fast, {result.Report.Compression:0.00} times smaller, "
            + $"spam F1 {exact.Accuracy:0.0000} -> {small.Accuracy:0.0000} ({100 * (exact.Accuracy - small.Accuracy):0.00} points)");
    }

    private static double F1(InferenceModel model, TrainedTextModel filter, TextCorpus texts, int positive)
    {
        var matrix = new ConfusionMatrix(filter.Info.Classes);
        foreach (var (inputs, labels) in OnnxTextBatches.Labelled(filter.Encoder, texts))
        {
            using var outputs = model.Run(inputs);
            var logits = outputs[0].AsSpan<float>();   // (B, classes)
            var classes = filter.Info.Classes.Count;
            for (var i = 0; i < labels.Length; i++)
            {
                var row = logits.Slice(i * classes, classes);
                var predicted = 0;
                for (var c = 1; c < classes; c++)
                {
                    predicted = row[c] > row[predicted] ? c : predicted;
                }

                matrix.Add(predicted, labels[i]);
            }
        }

        return ClassificationReport.From(matrix).Classes[positive].F1;
    }
}
