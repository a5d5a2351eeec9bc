// Texts of several clients that ask at random, with one decoder of 12 layers of 768: MaaS's engine, ONNX Runtime
// GenAI's Generator in static batches, and one session a text in turns. The greedy texts of all ways are compared.
// Run: dotnet run -c Release --project benchmarks/generation -- [fp32|int8] [rounds] [requests a client] [clients ...]
//      dotnet run -c Release --project benchmarks/generation -- single [layers] [width] [tokens] [rounds]
//      dotnet run -c Release --project benchmarks/generation -- draft PACKAGE TEXT [rounds]
using MaaS.Benchmarks.Generation;

if (args is ["single", ..])
{
    SingleText.Run(args[1..]);
    return;
}

if (args is ["draft", var package, var text, ..])
{
    await Drafts.RunAsync(package, text, args.Length > 3 ? int.Parse(args[3]) : 3);
    return;
}

var isInt8 = args is ["int8", ..];
var rounds = args.Length > 1 ? int.Parse(args[1]) : 3;
var requests = args.Length > 2 ? int.Parse(args[2]) : 4;
int[] clients = args.Length > 3 ? [.. args[3..].Select(int.Parse)] : [1, 4, 8, 16];
using var folder = DecoderFolder.Create(isInt8);
Console.WriteLine(
    $"12 layers of 768, vocabulary 50,257, {(isInt8 ? "int8 weights (MatMulNBits)" : "fp32")}, "
    + $"{Environment.ProcessorCount} cores, {rounds} rounds in turns, medians of rounds");
foreach (var count in clients)
{
    var plan = Arrivals.Draw(count, requests);
    var results = new Dictionary<string, List<Measurement>>();
    Dictionary<int, long[]>? texts = null;
    for (var round = 0; round < rounds; round++)
    {
        foreach (var way in new Func<DecoderFolder, ITextWay>[]
        {
            static f => new EngineWay(f), static f => new GenAIWay(f), static f => new TurnsWay(f),
        })
        {
            using var run = way(folder);
            await Arrivals.WarmUpAsync(run);
            var measurement = await plan.RunAsync(run);
            results.TryAdd(run.Name, []);
            results[run.Name].Add(measurement);
            texts ??= measurement.Texts;
            measurement.Compare(texts, run.Name);
        }
    }

    Report.Write(count, results);
}
