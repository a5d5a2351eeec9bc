using System.Diagnostics;
using System.Runtime.InteropServices;
using MaaS.Benchmarks.Quantization;
using MaaS.Onnx;
using MaaS.Onnx.Inference;
using MaaS.Onnx.Quantization.Analysis;
using MaaS.Onnx.Quantization.Calibration;
using MaaS.Onnx.Quantization.Numerics;
using MaaS.Onnx.Quantization.Qdq;
using MaaS.Onnx.Quantization.Schemes;

// dotnet run -c Release --project benchmarks/quantization [-- THREADS [SECONDS]]
// The memory that calibration takes; then latency, medians of the float model and the quantized one, which take turns.
var threads = args.Length > 0 ? int.Parse(args[0]) : Environment.ProcessorCount;
var seconds = args.Length > 1 ? double.Parse(args[1]) : 3;
var random = new Random(2);
Console.WriteLine(
    $"machine: {Cpu()}, {threads} threads, {RuntimeInformation.OSDescription}, VNNI "
        + $"{(Processor.HasVnni ? "yes" : "no")}");
foreach (var method in new ICalibrationMethod[] { new MinMaxCalibration(), new EntropyCalibration() })
{
    var watch = Stopwatch.StartNew();
    new StaticQuantizer(new() { Calibration = method })
        .Calibrate(
            Networks.Vgg(), Enumerable.Range(0, 100).Select(_ => Images(100)), new() { IntraOpThreads = threads });
    using var process = Process.GetCurrentProcess();
    Console.WriteLine($"calibration of VGG on 10,000 images, {method.Name}: {watch.Elapsed.TotalSeconds:F1} s, "
        + $"peak of the process {process.PeakWorkingSet64 >> 20} MiB");
}

Console.WriteLine(
    $"{"model",-19} {"scheme",-38} {"batch",5} {"float ms",9} {"int8 ms",9} {"faster",7} {"smaller",7}");

Compare("VGG 1.15M", Networks.Vgg(), Images);
Compare("small conv", Networks.SmallConvNet(), Images);
Compare("Transformer 256 x 4", Networks.Transformer(width: 256, layers: 4), Tokens);
Compare("Transformer 768 x 2", Networks.Transformer(width: 768, layers: 2), Tokens);

void Compare(string name, OnnxModel model, Func<int, IReadOnlyDictionary<string, TensorValue>> inputs)
{
    IQuantizationScheme[] schemes =
    [
        new StaticScheme([inputs(16), inputs(16)]), new DynamicScheme(),
        new WeightOnlyScheme(new() { Bits = 8 }), new WeightOnlyScheme(),
    ];
    var options = new InferenceOptions { IntraOpThreads = threads };
    foreach (var scheme in schemes)
    {
        var candidate = scheme.Prepare(model);
        if (candidate.Nodes.Count == 0)
        {
            continue;
        }

        var quantized = candidate.Quantize(new HashSet<string>());
        using var given = InferenceModel.Load(model.ToByteArray(), name, options);
        using var rounded = InferenceModel.Load(quantized.ToByteArray(), name, options);
        foreach (var batch in new[] { 1, 32 })
        {
            var times = LatencyComparison.Measure([given, rounded], inputs(batch), TimeSpan.FromSeconds(seconds));
            var smaller = (double)model.ToByteArray().Length / quantized.ToByteArray().Length;
            Console.WriteLine(
                $"{name,-19} {scheme.Name,-38} {batch,5} {times[0],9:F3} {times[1],9:F3} {times[0] / times[1],6:F2}× "
                    + $"{smaller,6:F2}×");
        }
    }
}

IReadOnlyDictionary<string, TensorValue> Images(int count)
{
    var values = new float[count * 784];
    foreach (ref var value in values.AsSpan())
    {
        value = MathF.Max(0, 2 * random.NextSingle() - 1);
    }

    return new Dictionary<string, TensorValue> { ["input"] = TensorValue.Of(values, count, 1, 28, 28) };
}

IReadOnlyDictionary<string, TensorValue> Tokens(int count) => new Dictionary<string, TensorValue>
{
    ["input"] = TensorValue.Of(
        Enumerable.Range(0, count * 128).Select(_ => (long)random.Next(8000)).ToArray(), count, 128),
};

static string Cpu()
{
    const string Info = "/proc/cpuinfo";
    var line = File.Exists(Info)
        ? File.ReadLines(Info).FirstOrDefault(static l => l.StartsWith("model name", StringComparison.Ordinal))
        : null;
    return line?.Split(':')[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
}
