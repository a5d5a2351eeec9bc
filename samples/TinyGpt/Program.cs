// A language model from a novel to a server that streams what it writes. Run:
// dotnet run -c Release --project samples/TinyGpt [steps]
using System.Globalization;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using MaaS.Core.Generation;
using MaaS.Serving;
using MaaS.Text.Training;
using MaaS.Training.Baselines;
using MaaS.Training.Data;
using MaaS.Training.Data.Text;
using MaaS.Training.Evaluation;
using MaaS.Training.Fitting;
using MaaS.Training.Fitting.Tasks;
using MaaS.Training.Models.Transformers;
using MaaS.Training.Pipelines.Generation;
using MaaS.Training.Reports;
using Microsoft.Extensions.Logging;
using TorchSharp.Modules;
using static TorchSharp.torch;

const int Context = 128, Batch = 16;
var steps = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 2000;
random.manual_seed(1);

// Data: Moby-Dick without its last chapters, as tokens of a byte-level vocabulary that is learned from that part alone.
var (train, heldBack) = MobyDick.Split(MobyDick.Read());
var tokenizer = BpeTrainer.Train([train], new() { VocabSize = 512 });
var (learned, unseen) = (tokenizer.Encode(train).Ids, tokenizer.Encode(heldBack).Ids);

// Train: the trainer over random windows of the text; AdamW of TorchSharp's, a warm-up, then half a cosine.
using var gpt = new Gpt(new GptOptions
{
    Vocabulary = tokenizer.VocabSize,
    Decoder =
        new() { Width = 128, Layers = 4, Heads = 4, MaxLength = 256, Dropout = 0, Positions = PositionKind.Rotary },
});
using var text = tensor(Array.ConvertAll(learned, id => (long)id));
using var windows = text.unfold(0, Context + 1, 1);                                                                // (N, T + 1), a view
new Trainer(new()
{
    Epochs = 10,
    StepsPerEpoch = Math.Max(1, steps / 10),
    BatchSize = Batch,
    LearningRate = 2e-3,
    WarmupShare = 0.1,
    Schedule = ScheduleKind.Cosine,
    WeightDecay = 0.1,
    ParameterRules = [ParameterRule.NoDecayOnNormsAndBiases],
    OptimizerFactory = groups => optim.AdamW(
        groups.Select(g => new AdamW.ParamGroup(g.Parameters, g.LearningRate, beta2: 0.99, weight_decay: g.WeightDecay))),
    GradientClipNorm = 1,
    Seed = 1,
}).Fit(gpt, new LanguageModelTask(), new TensorBatches<Tensor>(windows), progress: new ConsoleProgress());

// Evaluate: on chapters that training never saw, beside models that only count.
Console.WriteLine($"perplexity of {unseen.Length} unseen tokens, {tokenizer.VocabSize} of which there are:");
Console.WriteLine($"  single tokens   {NgramModel.Fit(learned, 1, tokenizer.VocabSize).Perplexity(unseen),6:F1}");
Console.WriteLine($"  threes          {NgramModel.Fit(learned, 3, tokenizer.VocabSize).Perplexity(unseen),6:F1}");
Console.WriteLine($"  this network    {Perplexity.Of(gpt, unseen, Context),6:F1}");

// Package, and write in this process without torch …
await gpt.PackAsync("story.maas", "story", tokenizer, ["<|endoftext|>"]);
using var generator = await TextGenerator.OpenAsync("story.maas");
var options = new GenerationOptions { MaxNewTokens = 100, Temperature = 0.7, TopP = 0.9, Seed = 1 };
Console.WriteLine("The whale" + string.Concat(generator.Generate("The whale", options).Select(piece => piece.Text)));

// … and over HTTP, piece by piece:
// curl -N -d '{"text_input": "The whale"}' http://127.0.0.1:PORT/v2/models/story/generate_stream
await using var server = await ServingHost.StartAsync(
    o => o.ModelsPath = "story.maas", "http://127.0.0.1:0", b => b.Logging.ClearProviders());
using var http = new HttpClient { BaseAddress = server.Address };
using var request = new HttpRequestMessage(HttpMethod.Post, "/v2/models/story/generate_stream")
{
    Content = JsonContent.Create(
        new { text_input = "Captain Ahab", max_tokens = 100, temperature = 0.7, top_p = 0.9, seed = 1 }),
};
using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
Console.Write("Captain Ahab");
await foreach (var piece in SseParser.Create(await response.Content.ReadAsStreamAsync()).EnumerateAsync())
{
    Console.Write(JsonDocument.Parse(piece.Data).RootElement.GetProperty("text_output").GetString());
}

Console.WriteLine();
