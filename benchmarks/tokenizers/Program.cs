using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using MaaS.Benchmarks.Tokenizers;
using MaaS.Text;
using MaaS.Text.Training;

// dotnet run -c Release --project benchmarks/tokenizers -- TEXTS [NODE_FOLDER [ROUNDS [SECONDS]]]
// TEXTS: a folder of text files. Trains both kinds of tokenizers on them, then encodes them on one thread. With
// NODE_FOLDER, where the npm packages tokenizers and @huggingface/tokenizers are installed, those take turns with MaaS
// and must give equal ids.
if (args.Length == 0)
{
    Console.Error.WriteLine("usage: TEXTS [NODE_FOLDER [ROUNDS [SECONDS]]]");
    return 2;
}

var nodeFolder = args.Length > 1 ? Path.GetFullPath(args[1]) : null;
var rounds = args.Length > 2 ? int.Parse(args[2]) : 3;
var seconds = args.Length > 3 ? double.Parse(args[3]) : 3;
const int MaxBytes = 40 << 20;

List<string> texts = [];
long bytes = 0;
foreach (var file in Directory.EnumerateFiles(args[0], "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
{
    var text = Encoding.UTF8.GetString(File.ReadAllBytes(file));
    if (text.Length > 0 && (bytes += text.Length) <= MaxBytes)
    {
        texts.Add(text);
    }
}

Console.WriteLine(
    $"{texts.Count} texts, {texts.Sum(static t => (long)t.Length) / 1e6:F1} million characters; "
        + $"{RuntimeInformation.OSDescription}, "
    + $"{RuntimeInformation.FrameworkDescription}");
var folder = Directory.CreateTempSubdirectory("maas-tokenizers-").FullName;
var textsPath = Path.Combine(folder, "texts.json");
await File.WriteAllTextAsync(
    textsPath,
    JsonSerializer.Serialize(
        texts, new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
Run("WordPiece", () => WordPieceTrainer.Train(texts));
Run("byte-level BPE", () => BpeTrainer.Train(texts));
Directory.Delete(folder, recursive: true);
return 0;

void Run(string name, Func<Tokenizer> train)
{
    var watch = Stopwatch.StartNew();
    var tokenizer = train();
    Console.WriteLine($"{name}: {tokenizer.VocabSize} tokens trained in {watch.Elapsed.TotalSeconds:F1} s");
    var path = Path.Combine(folder, "tokenizer.json");
    tokenizer.Save(path);
    watch.Restart();
    tokenizer = Tokenizer.Load(path);
    Console.WriteLine($"{name}: loaded in {watch.Elapsed.TotalMilliseconds:F0} ms");
    for (var round = 0; round < rounds; round++)
    {
        var ours = Measurement.Of(tokenizer, texts, seconds);
        Console.WriteLine($"{name}: MaaS {ours.Rate / 1e6:F2} M tokens/s ({ours.Tokens} tokens)");
        foreach (var library in nodeFolder is null ? [] : new[] { "native", "javascript" })
        {
            var theirs = Contender.Run(library, nodeFolder!, path, textsPath, seconds);
            Console.WriteLine(
                $"{name}: {library} {theirs.Rate / 1e6:F2} M tokens/s, ids "
                    + $"{(theirs.Hash == ours.Hash ? "equal" : "DIFFER")}, "
                + $"MaaS is {ours.Rate / theirs.Rate:F2} times as fast");
        }
    }
}
