using MaaS.Core.Metrics;
using MaaS.Onnx.Inference;
using MaaS.Onnx.Quantization.Analysis;
using MaaS.Onnx.Quantization.Dynamic;
using MaaS.Training.Data.Text;
using MaaS.Training.Pipelines;

namespace MaaS.Benchmarks.Spam;

/// <summary>Dynamic int8 beside float32: F1 of spam on the held-back mails, and latency at the longest text, one
/// thread, in turns.</summary>
internal static class Int8
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(5);

    public static void Compare(TrainedTextModel filter, TextCorpus heldBack)
    {
        var given = filter.Export().Model;
        var quantized = new DynamicQuantizer().Quantize(given);
        InferenceModel[] models = [.. new[] { given, quantized }.Select(
            static m => InferenceModel.Load(m.ToByteArray(), "spam", new InferenceOptions { IntraOpThreads = 1 }))];
        try
        {
            var (exact, rounded) = (F1(models[0], filter, heldBack), F1(models[1], filter, heldBack));
            Console.WriteLine(
                $"int8 (dynamic) beside float32: spam F1 {exact:0.0000} -> {rounded:0.0000} "
                    + $"({100 * (exact - rounded):0.00} points lost), "
                + $"{(double)given.WeightBytes / quantized.WeightBytes:0.00} times smaller");
            foreach (var batch in new[] { 1, 32 })
            {
                var inputs = Longest(filter, heldBack, batch);
                var times = LatencyComparison.Measure(models, inputs, Duration);
                Console.WriteLine(
                    $"  {batch,2} x {inputs[MaaS.Core.Packages.TextEncoder.InputIds].Shape[1]} tokens: float "
                        + $"{times[0]:0.000} ms, int8 {times[1]:0.000} ms: "
                    + $"{times[0] / times[1]:0.00} times as fast");
            }
        }
        finally
        {
            Array.ForEach(models, static m => m.Dispose());
        }
    }

    private static IReadOnlyDictionary<string, TensorValue> Longest(
        TrainedTextModel filter, TextCorpus texts, int batch)
    {
        int[] longest = [.. Enumerable.Range(0, texts.Count).OrderByDescending(i => texts.Texts[i].Length).Take(batch)];
        return OnnxTextBatches.Labelled(filter.Encoder, texts.Subset(longest), batch).Single().Inputs;
    }

    private static double F1(InferenceModel model, TrainedTextModel filter, TextCorpus texts)
    {
        var matrix = new ConfusionMatrix(filter.Info.Classes);
        foreach (var (inputs, labels) in OnnxTextBatches.Labelled(filter.Encoder, texts))
        {
            using var outputs = model.Run(inputs);
            var logits = outputs[0].AsSpan<float>();   // (B, classes)
            var classes = filter.Info.Classes.Count;
            for (var i = 0; i < labels.Length; i++)
            {
                matrix.Add(
                    System.Numerics.Tensors.TensorPrimitives.IndexOfMax(logits.Slice(i * classes, classes)), labels[i]);
            }
        }

        return ClassificationReport.From(matrix).Classes.Single(static c => c.Name == "spam").F1;
    }
}
