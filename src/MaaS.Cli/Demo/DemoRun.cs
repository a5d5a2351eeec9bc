using MaaS.Cli.Terminal;
using MaaS.Core.Packages;
using MaaS.Primitives.Files;
using MaaS.Serving;
using MaaS.Training.Data;
using MaaS.Training.Evaluation;
using MaaS.Training.Fitting;
using MaaS.Training.Pipelines;
using MaaS.Training.Reports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace MaaS.Cli.Demo;

/// <summary>The life of a digit classifier, one stage after the other.</summary>
/// <param name="folder">Where everything is left.</param>
/// <param name="epochs">Passes over the training digits.</param>
internal sealed class DemoRun(string folder, int epochs)
{
    private const string Architecture = "convnet", DataName = "mnist", ServedName = "digits";
    private const int TimedRequests = 400;

    private readonly Dictionary<string, string> _files = new()
    {
        ["weights"] = "convnet-mnist.safetensors",
        ["onnx"] = "digits.onnx",
        ["package"] = "digits.maas",
        ["report"] = "report.json",
        ["request"] = "request.json",
        ["answer"] = "answer.json",
        ["pruned"] = "digits-pruned.maas",
        ["int8"] = "digits-int8.maas",
    };

    public async Task<DemoSummary> RunAsync(CancellationToken cancellationToken)
    {
        using var data = Mnist.Load();
        Stage(1, "train", $"{Architecture} on {data.Train.Count} handwritten digits");
        var (model, training) = TrainedModel.Train(
            Architecture, DataName, data.Train, Options(), new ConsoleProgress(), cancellationToken);
        using var owned = model;
        model.Save(PathOf("weights"));
        Console.WriteLine($"{training.Seconds:0.0} s ({training.Plan})");

        Stage(2, "evaluate", $"on {data.Test.Count} digits that training never saw");
        var report = Evaluator.Evaluate(model.Module, data.Test, cancellationToken: cancellationToken);
        Console.WriteLine(report);
        AtomicFile.WriteText(PathOf("report"), report.ToJson());

        Stage(3, "export", "to ONNX, checked against torch");
        var export = model.Export();
        export.Model.Save(PathOf("onnx"));
        Console.WriteLine($"{export.Model.Graph.Node.Count} nodes, opset {export.Model.Opset}");

        Stage(4, "package", "network, weights, labels, metrics, checksums in one file");
        await model.PackAsync(PathOf("package"), ServedName, export, report, data.Train, cancellationToken);
        var parity = Math.Max(export.ParityMaxAbs, await ParityAsync(model, data.Test, cancellationToken));
        Console.WriteLine($"{_files["package"]}: {new FileInfo(PathOf("package")).Length / 1024.0:0} KiB; "
            + $"ONNX Runtime and torch differ by at most {parity:0.0e0} over all test digits");

        Stage(5, "prune", "half the channels, then fine-tune");
        var pruned = await DemoCompression.PruneAsync(
            PathOf("weights"), PathOf("pruned"), $"{ServedName}-pruned", export.Model, data, cancellationToken);

        Stage(6, "quantize", "to int8, kept only if it pays");
        File.Delete(PathOf("int8"));
        var int8 = await DemoCompression.QuantizeAsync(
            new NetworkFile(export.Model, model.Describe(ServedName)), PathOf("int8"), data, cancellationToken);
        if (!int8.Accepted)
        {
            Console.WriteLine("the float network stays");
            _files.Remove("int8");
        }

        Stage(7, "serve", "and ask over HTTP");
        var latency = await ServeAsync(data.Test, cancellationToken);

        var summary = new DemoSummary
        {
            Model = Architecture,
            Data = DataName,
            TrainImages = (int)data.Train.Count,
            TestImages = (int)data.Test.Count,
            Accuracy = report.Accuracy,
            MacroF1 = report.Macro.F1,
            ParityMaxAbs = parity,
            TrainSeconds = training.Seconds,
            PredictP50Us = latency,
            Parameters = model.Module.parameters().Sum(static p => p.NumberOfElements),
            PrunedParameters = pruned.Parameters,
            PrunedAccuracy = pruned.Accuracy,
            PrunedSpeedup = pruned.Speedup,
            Int8Accuracy = int8.Test!.Quantized,
            Int8Speedup = int8.Speedup,
            Int8Accepted = int8.Accepted,
            Files = _files,
        };
        AtomicFile.WriteText(Path.Combine(folder, "summary.json"), summary.ToJson());
        return summary;
    }

    private TrainerOptions Options() => new()
    {
        Epochs = epochs,
        Schedule = ScheduleKind.OneCycle,
        LearningRate = 0.006,
        Augmentation = new ShiftFlip(2),
        ValidationFraction = 0.1,
        Seed = 1,
    };

    private async Task<double> ParityAsync(TrainedModel model, ImageDataset test, CancellationToken cancellationToken)
    {
        using var classifier = await ImageClassifier.OpenAsync(PathOf("package"), cancellationToken: cancellationToken);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var device = model.Module.parameters().First().device;
        var (inputs, _) = test.GetBatch(arange(0, test.Count, ScalarType.Int64), device);   // (N, 1, 28, 28)
        var expected = model.Module.call(inputs).cpu().data<float>();                       // (N, 10)
        var actual = classifier.Logits(test.Images.bytes);
        return actual.Zip(expected, static (a, e) => (double)MathF.Abs(a - e)).Max();
    }

    private async Task<double> ServeAsync(ImageDataset test, CancellationToken cancellationToken)
    {
        await using var server = await ServingHost.StartAsync(
            options => options.ModelsPath = PathOf("package"),
            "http://127.0.0.1:0",
            builder => builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning)),
            cancellationToken);
        using var client = new DemoClient(server.Address);
        var index = Random.Shared.Next((int)test.Count);
        var pixels = test.Pixels(index);
        var width = (int)test.InputShape[^1];
        var body = DemoClient.Body(pixels, width);
        var (label, probabilities, answer) = await client.PredictAsync(body, cancellationToken);
        AtomicFile.WriteText(PathOf("request"), body);
        AtomicFile.WriteText(PathOf("answer"), answer);

        Console.WriteLine($"POST {server.Address}predict");
        foreach (var line in DigitArt.Lines(pixels, width, colour: !Console.IsOutputRedirected))
        {
            Console.WriteLine(line);
        }

        foreach (var line in ProbabilityBars.Lines(probabilities))
        {
            Console.WriteLine(line);
        }

        Console.WriteLine(
            $"test digit {index}: predicted {label}, labelled {test.Classes[(int)test.LabelValues()[index]]}");
        var latency = await client.MedianMicrosecondsAsync(body, TimedRequests, cancellationToken);
        Console.WriteLine($"median of {TimedRequests} requests {latency:0} µs");
        return latency;
    }

    private string PathOf(string file) => Path.Combine(folder, _files[file]);

    private static void Stage(int number, string name, string what)
    {
        Console.WriteLine();
        Console.WriteLine($"── {number}/7 {name}: {what}");
    }
}
