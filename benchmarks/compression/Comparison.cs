using System.Numerics.Tensors;
using MaaS.Onnx;
using MaaS.Onnx.Inference;
using MaaS.Onnx.Quantization;
using MaaS.Onnx.Quantization.Analysis;
using MaaS.Training.Data;

namespace MaaS.Benchmarks.Compression;

/// <summary>Two networks on the same samples: accuracy, latency with alternating sides, file size.</summary>
internal static class Comparison
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(6);

    public static void Print(string title, string smaller, OnnxModel first, OnnxModel second, ImageDataset test)
    {
        var (firstBytes, secondBytes) = (first.ToByteArray(), second.ToByteArray());
        using var a = InferenceModel.Load(firstBytes, "first");
        using var b = InferenceModel.Load(secondBytes, "second");
        var input = a.Inputs[0].Name;
        var (firstAccuracy, secondAccuracy) = (Accuracy(a, test), Accuracy(b, test));
        Console.WriteLine();
        Console.WriteLine($"{title}, {test.Count} test samples");
        Console.WriteLine($"{"",-26}{"fp32",14}{smaller,14}{"gain",10}");
        Row("accuracy, %", 100 * firstAccuracy, 100 * secondAccuracy, $"{100 * (secondAccuracy - firstAccuracy):+0.00;-0.00;0.00}");
        Row("same answer, %", 100, 100 * Agreement(a, b, test), "");
        foreach (var batch in new[] { 1, 32 })
        {
            var sample = OnnxBatches.Inputs(test, input, batch, batch).First();
            var times = LatencyComparison.Measure([a, b], sample, Duration);
            Row($"median ms, batch {batch}", times[0], times[1], $"{times[0] / times[1]:0.00}x");
        }

        Row("file, KiB", firstBytes.Length / 1024.0, secondBytes.Length / 1024.0, $"{(double)firstBytes.Length / secondBytes.Length:0.00}x");
    }

    private static void Row(string name, double first, double second, string gain)
        => Console.WriteLine($"{name,-26}{first,14:0.000}{second,14:0.000}{gain,10}");

    private static double Accuracy(InferenceModel model, ImageDataset test)
        => ClassificationAccuracy.Measure(model, OnnxBatches.Labelled(test, model.Inputs[0].Name));

    private static double Agreement(InferenceModel first, InferenceModel second, ImageDataset test)
    {
        var same = 0;
        foreach (var inputs in OnnxBatches.Inputs(test, first.Inputs[0].Name, test.Count, 256))
        {
            using var a = first.Run(inputs);
            using var b = second.Run(inputs);
            var x = a[0].AsSpan<float>();
            var y = b[0].AsSpan<float>();
            var classes = test.Classes.Count;
            for (var i = 0; i < x.Length; i += classes)
            {
                same += TensorPrimitives.IndexOfMax(x.Slice(i, classes))
                    == TensorPrimitives.IndexOfMax(y.Slice(i, classes)) ? 1 : 0;
            }
        }

        return (double)same / test.Count;
    }
}
