// One sequence out of another: dates as people write them to 2021-03-05, from generated pairs to a server.
// Run: dotnet run -c Release --project samples/DateReader [epochs]
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using MaaS.Serving;
using MaaS.Training.Data;
using MaaS.Training.Export;
using MaaS.Training.Fitting;
using MaaS.Training.Fitting.Tasks;
using MaaS.Training.Models.Transformers;
using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

const int Length = 10;                    // 2021-03-05
const long Padding = 0, Start = 1;
const string Written = "0123456789-";     // Tokens 2, 3, …
string[] forms = ["MMMM d, yyyy", "d MMM yyyy", "dddd, d MMMM yyyy", "d.M.yyyy", "MMM d yyyy", "yyyy, MMMM d"];
var epochs = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 6;
manual_seed(1);

// Data: random days in random forms; characters are tokens. No day of the held-back pairs is learned from.
var random = new Random(1);
DateTime[] days = [.. Enumerable.Range(0, 36_500).Select(day => new DateTime(1950, 1, 1).AddDays(day))];
random.Shuffle(days);
string Form(DateTime day) => day.ToString(forms[random.Next(forms.Length)], CultureInfo.InvariantCulture);
var train = Pairs(days[..8_000]);
var held = Pairs(days[8_000..8_500]);

// Train: teacher forcing through the Trainer; the share of answers without a fault after each epoch.
using var model = new Seq2SeqTransformer(new Seq2SeqOptions
{
    SourceVocabulary = 128,
    TargetVocabulary = Written.Length + 2,
    Layers = new() { Width = 64, Heads = 4, Layers = 2, FeedForward = 128, Dropout = 0, MaxLength = 32 },
});
var options = new TrainerOptions { Epochs = epochs, BatchSize = 64, LearningRate = 3e-3, GradientClipNorm = 1 };
var result = new Trainer(options).Fit(model, new SequenceToSequenceTask(), train, held);
foreach (var epoch in result.Epochs)
{
    var metrics = epoch.ValidationMetrics;
    Console.Write($"epoch {epoch.Epoch}: perplexity {metrics["perplexity"]:F3}, ");
    Console.WriteLine($"{metrics["sequence_accuracy"]:P1} of unseen dates right");
}

// Export: the whole answer is one network, (source_ids, source_mask) → answer_ids, checked against torch.
var (example, mask) = Read(["March 5, 2021", "5.3.2021"]);
var export = OnnxExporter.Export(model, x => model.Greedy(x[0], x[1], Start, Length), [example, mask], new()
{
    InputNames = ["source_ids", "source_mask"],
    OutputNames = ["answer_ids"],
    DynamicAxes = new()
    {
        { "source_ids", 0, "batch" }, { "source_ids", 1, "length" },
        { "source_mask", 0, "batch" }, { "source_mask", 1, "length" },
    },
    TraceSizes = new Dictionary<string, IReadOnlyList<long>> { ["batch"] = [2, 3, 5], ["length"] = [9, 13, 26] },
});
var network = export.Model.ToByteArray();
using (var inference = InferenceModel.Load(network))
{
    var manifest = new ModelManifest { Name = "dates", Inputs = inference.Inputs, Outputs = inference.Outputs };
    var files = new Dictionary<string, PackageContent> { [ModelPackage.ModelFile] = PackageContent.FromBytes(network) };
    await ModelPackage.CreateAsync("dates.maas", manifest, files, new PackageWriteOptions { Overwrite = true });
}

// Serve: characters as numbers there, tokens back.
await using var server = await ServingHost.StartAsync(
    o => o.ModelsPath = "dates.maas", "http://127.0.0.1:0", b => b.Logging.ClearProviders());
using var http = new HttpClient { BaseAddress = server.Address };
foreach (var text in new[] { "Friday, 5 March 2021", "Dec 31 1999", "4.7.1976" })
{
    long[] ids = [.. text.Select(character => (long)character)];
    object Input(string name, long[] data) => new { name, datatype = "INT64", shape = new[] { 1, data.Length }, data };
    using var response = await http.PostAsJsonAsync("/v2/models/dates/infer", new
    {
        inputs = new[] { Input("source_ids", ids), Input("source_mask", Array.ConvertAll(ids, _ => 1L)) },
    });
    using var answer = JsonDocument.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync());
    var tokens = answer.RootElement.GetProperty("outputs")[0].GetProperty("data").EnumerateArray();
    var date = tokens.Select(token => token.GetInt32()).Select(token => token >= 2 ? Written[token - 2] : '?');
    Console.WriteLine($"{text} → {string.Concat(date)}");
}

TensorBatches<(Tensor Source, Tensor Mask, Tensor Target)> Pairs(DateTime[] dates)
{
    var (source, sourceMask) = Read([.. dates.Select(Form)]);
    long[] targets = [.. dates.SelectMany(day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
        .Select(character => 2L + Written.IndexOf(character, StringComparison.Ordinal)).Prepend(Start))];
    return new((source, sourceMask, tensor(targets, [dates.Length, Length + 1])));
}

(Tensor Ids, Tensor Mask) Read(string[] texts)
{
    var longest = texts.Max(text => text.Length);
    var characters = texts.SelectMany(text => text.PadRight(longest, (char)Padding));
    var ids = tensor(characters.Select(character => (long)character).ToArray(), [texts.Length, longest]);
    return (ids, ids.ne(Padding).to(ScalarType.Int64));
}
