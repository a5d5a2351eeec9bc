// MaaS's trainer beside TorchSharp's and PyTorch's own loops, idiomatic and tuned; each run is a process of its own.
// Run: dotnet run -c Release --project benchmarks/training [--rounds 4] [--epochs 2] [--data FOLDER]
//      [--networks mlp,convnet,resnet,transformer] [--sides maas,torchsharp,torchsharp-tuned,pytorch,pytorch-tuned]
using System.Globalization;
using System.Text.Json;
using MaaS.Benchmarks.Training;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is ["run", var side, var json])
{
    var request = JsonSerializer.Deserialize<RunRequest>(json)!;
    Console.WriteLine(JsonSerializer.Serialize(
        side == Side.MaaSKey ? MaasRun.Run(request) : TorchSharpRun.Run(request, tuned: side == Side.TunedKey)));
    return 0;
}

var options = BenchmarkOptions.Parse(args);
var folder = Directory.CreateTempSubdirectory("maas-training-");
try
{
    new Comparison(options, folder.FullName).Run();
    return 0;
}
finally
{
    folder.Delete(recursive: true);
}
