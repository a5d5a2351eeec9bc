using System.Diagnostics;
using MaaS.Onnx.Inference;
using MaaS.Training.Export;
using static TorchSharp.torch;

namespace MaaS.Benchmarks.Pruning;

/// <summary>One exported network: its file's size, and its latency in ONNX Runtime.</summary>
internal sealed class Contender : IDisposable
{
    private const int CallsARound = 10;

    private readonly InferenceModel _model;
    private readonly Dictionary<int, List<double>> _milliseconds = [];

    public Contender(string name, nn.Module net, double accuracy, int threads)
    {
        (Name, Accuracy, Parameters) = (name, accuracy, net.parameters().Sum(static p => p.numel()));
        var path = Path.Combine(Path.GetTempPath(), $"maas-{Guid.NewGuid():N}.onnx");
        using var example = zeros(2, 1, 28, 28);
        OnnxExporter.Export(
            net, example,
            new OnnxExportOptions { DynamicAxes = new DynamicAxes { { "input", 0, "batch" } } }).Model.Save(path);
        Bytes = new FileInfo(path).Length;
        _model = InferenceModel.Load(path, new InferenceOptions { IntraOpThreads = threads });
        File.Delete(path);
    }

    public string Name { get; }

    public double Accuracy { get; }

    public long Parameters { get; }

    public long Bytes { get; }

    /// <summary>Some calls at a batch size.</summary>
    public void Measure(int batch)
    {
        var pixels = new float[batch * 28 * 28];
        Array.Fill(pixels, 0.5f);
        using var input = TensorValue.Of(pixels, batch, 1, 28, 28);
        if (!_milliseconds.TryGetValue(batch, out var times))
        {
            _milliseconds[batch] = times = [];
            _model.Run(input).Dispose();
        }

        for (var i = 0; i < CallsARound; i++)
        {
            var start = Stopwatch.GetTimestamp();
            _model.Run(input).Dispose();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
    }

    /// <summary>The fastest and the median call.</summary>
    public (double Best, double Median) Milliseconds(int batch)
    {
        var sorted = _milliseconds[batch].Order().ToArray();
        return (sorted[0], sorted[sorted.Length / 2]);
    }

    public void Dispose() => _model.Dispose();
}
