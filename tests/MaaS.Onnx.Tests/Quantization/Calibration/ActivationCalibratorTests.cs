using System.Diagnostics;
using MaaS.Onnx.Costs;
using MaaS.Onnx.Inference;
using MaaS.Onnx.Quantization.Calibration;
using MaaS.Onnx.Quantization.Qdq;

namespace MaaS.Onnx.Tests.Quantization.Calibration;

[NonParallelizable]
public sealed class ActivationCalibratorTests
{
    private const int Images = 10_000, BatchSize = 100;
    private const long Limit = 500 << 20;

    [Test]
    public void Run_TenThousandImages_StaysBelow500MiB()
    {
        var model = ModelFixture.Load("convnet");
        var all = CostModel.Compute(model, new Dictionary<string, long> { ["batch"] = Images }).ActivationBytes;
        Assert.That(
            all.Evaluate(new Dictionary<string, long>()), Is.GreaterThan(Limit), "keeping every value would take more");

        using var process = Process.GetCurrentProcess();
        long before = process.WorkingSet64, most = before;
        new StaticQuantizer(new StaticQuantizerOptions { Calibration = new EntropyCalibration() })
            .Calibrate(model, Batches());
        Assert.That(most - before, Is.LessThan(Limit));

        IEnumerable<IReadOnlyDictionary<string, TensorValue>> Batches()
        {
            var random = new Random(1);
            for (int batch = 0; batch < Images / BatchSize; batch++)
            {
                float[] pixels = new float[BatchSize * ModelFixture.Pixels];
                for (int i = 0; i < pixels.Length; i++)
                {
                    pixels[i] = random.NextSingle();
                }

                yield return new Dictionary<string, TensorValue>
                {
                    ["input"] = TensorValue.Of(pixels, BatchSize, 1, 14, 14),
                };
                process.Refresh();
                most = Math.Max(most, process.WorkingSet64);
            }
        }
    }
}
