// Reading a folder of JPEGs: MaaS's ImageFolder beside PyTorch's DataLoader with Pillow, two workers each, in turns.
// Run: dotnet run -c Release --project benchmarks/images -- [--rounds 3] [--small 20000] [--large 3000] [--data FOLDER]
using System.Globalization;
using System.Text.Json;
using MaaS.Benchmarks.Images;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is ["run", var json])
{
    Console.WriteLine(JsonSerializer.Serialize(MaasRun.Run(JsonSerializer.Deserialize<RunRequest>(json)!)));
    return 0;
}

var options = BenchmarkOptions.Parse(args);
var folder = Directory.CreateTempSubdirectory("maas-images-");
try
{
    new Comparison(options, folder.FullName).Run();
    return 0;
}
finally
{
    folder.Delete(recursive: true);
}
