// A chat model from a table to a server: it answers questions about a sheet on a film, and can do nothing else. Run:
// dotnet run -c Release --project samples/Chat [--quick]      (./maas setup --with-tables fetches the table)
using System.Diagnostics;
using System.Globalization;
using MaaS.Client;
using MaaS.Client.Ai;
using MaaS.Core.Generation;
using MaaS.Core.Generation.Chat;
using MaaS.Core.Generation.Quantization;
using MaaS.Samples.Chat;
using MaaS.Serving;
using MaaS.Tabular.DataSets;
using MaaS.Training.Checkpoints;
using MaaS.Training.Data.Text;
using MaaS.Training.Pipelines;
using MaaS.Training.Pipelines.Generation;
using MaaS.Training.Reports;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using ChatMessage = MaaS.Core.Generation.Chat.ChatMessage;

const double Share = 0.1;
var quick = args.Contains("--quick");
var clock = Stopwatch.StartNew();
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

// Data: a conversation about each film, answered from its row. A tenth of the films is held back from everything below.
var random = new Random(1);
Film[] films = [.. Film.Read(TabularDataSet.Find("movies")!.FindFile()).DistinctBy(film => film.Title)];
var tuning = DecoderFineTuning.DefaultTraining with { Epochs = quick ? 3 : 14, LearningRate = 2e-3 };
var chats = new ChatCorpus([.. films.Select(film => film.Conversation(random))]);
var (learned, unseen) = chats.Split(Share, tuning.Seed);
var heldBack = unseen.Conversations.ToHashSet();
var prose = films.Zip(chats.Conversations).Where(pair => !heldBack.Contains(pair.Second))
    .Select(pair => pair.First.Prose(random));
Console.WriteLine($"{learned.Conversations.Count} conversations to learn from, {heldBack.Count} held back, such as");
foreach (var message in unseen.Conversations[0])
{
    Console.WriteLine($"  {message.Role}: {message.Content}");
}

// The base: a vocabulary and a small Llama, trained on prose about the films.
var sizes = new LanguageModelOptions
{
    Vocabulary = 1024,
    Width = quick ? 96 : 128,
    Layers = 2,
    Heads = 4,
    KeyValueHeads = 2,
    Dropout = 0,
};
var training = LanguageModelTraining.DefaultTraining with { Epochs = 2, BatchSize = 4, LearningRate = 4e-3 };
var (texts, control) = new LanguageCorpus([.. prose]).Split(0.05, seed: 0);
using (var trained = LanguageModelTraining.Train(texts, control, sizes, training, new ConsoleProgress()))
{
    Console.WriteLine($"base of {trained.Parameters:n0} weights: perplexity {trained.Perplexity:F2} of unseen prose");
    await trained.PackAsync("films-base.maas", "films-base", "movies");
}

// Fine-tuning: the answers' tokens alone count; the package gets the chat template.
using var start = await PretrainedDecoder.OpenAsync("films-base.maas");
var tuned = DecoderFineTuning.FineTune(
    start, chats, new FineTuningOptions { HeldBack = Share }, tuning, new ConsoleProgress());
await tuned.PackAsync("films.maas", "films", "conversations about movies");
Console.WriteLine(
    $"trained in {clock.Elapsed.TotalMinutes:F1} minutes; perplexity of the {tuned.HeldBackTokens} tokens of held-back "
        + $"answers: {tuned.StartPerplexity:F2} before fine-tuning, {tuned.Perplexity:F3} after");

// int8, as maas quantize does it, judged by answers on films that training never saw; at any speed, for its size.
using var chat = await ChatModel.OpenAsync("films.maas");
var network = await NetworkFile.OpenAsync("films.maas");
var answers = ChatExamples.Of(unseen.Conversations, chat.Template, chat.Tokenizer, (int)chat.MaxLength - 1).Examples;
var quantized = new LanguageModelQuantizer(new() { MinSpeedup = 0, AcceptAnyway = quick }).Run(
    network.Model, network.Manifest.Generation!, answers);
Console.WriteLine(quantized.Report);
if (quantized.Report.Accepted)
{
    await network.SaveAsync("films-int8.maas", quantized.Model, quantized.Report.Scheme, quantized.Report.Metrics);
}

// Exact answers: word for word, each with the true answers before it.
var questions = unseen.Conversations.Take(quick ? 100 : int.MaxValue).SelectMany(Questions).ToArray();
var commonest = learned.Conversations.SelectMany(Questions).GroupBy(q => q.Topic).ToDictionary(
    topic => topic.Key, topic => topic.CountBy(q => q.Answer).MaxBy(answer => answer.Value).Key);
Console.WriteLine($"exact answers to {questions.Length} questions about films that training never saw:");
Show("commonest answer", questions.Count(q => commonest.GetValueOrDefault(q.Topic) == q.Answer), null);
foreach (var (name, package) in new[]
{
    ("base", "films-base.maas"), ("fine-tuned", "films.maas"), ("fine-tuned, int8", "films-int8.maas"),
}.Take(quantized.Report.Accepted ? 3 : 2))
{
    Show(name, await RightAsync(package), new FileInfo(package).Length);
}

// Serve: the engine streams each answer.
await using var server = await ServingHost.StartAsync(
    o => o.ModelsPath = "films.maas", "http://127.0.0.1:0", b => b.Logging.ClearProviders());
await using var client = new MaaSClient(new MaaSClientOptions { Addresses = { server.Address } });
using var served = client.AsChatClient("films");
foreach (var text in new[]
{
    "Film: The Long Way Home. The genre is Drama. The rating is PG. The year is 1994. When did it come out?",
    "Film: The Long Way Home. The genre is Drama. The rating is PG. The year is 1994. How long is it?",
    "What is the capital of France?",
})
{
    Console.WriteLine($"> {text}");
    await foreach (var piece in served.GetStreamingResponseAsync(text, new ChatOptions { Temperature = 0 }))
    {
        Console.Write(piece.Text);
    }

    Console.WriteLine();
}

Console.WriteLine("It looks words up in a sheet, not always the right ones, and knows nothing of the world.");
Console.WriteLine("Go on with: maas chat films.maas --temperature 0");
Console.WriteLine("        or: maas serve --models films.maas");

// Every answer with the conversation before it, and what the question is about.
IEnumerable<(IReadOnlyList<ChatMessage> Before, string Answer, string Topic)> Questions(
    IReadOnlyList<ChatMessage> conversation)
    => Enumerable.Range(0, conversation.Count / 2).Select(i => (
        (IReadOnlyList<ChatMessage>)[.. conversation.Take((2 * i) + 1)], conversation[(2 * i) + 1].Content!,
        Film.Topics.First(t => t.Questions.Any(conversation[2 * i].Content!.EndsWith)).Name));

async Task<int> RightAsync(string package)
{
    using var generator = await TextGenerator.OpenAsync(package);
    var options = new GenerationOptions { StopTokens = [chat.Tokenizer.TokenToId("<|im_end|>")!.Value] };
    return questions.Count(q => q.Answer == string.Concat(
        generator.Generate(chat.Prompt(q.Before), options).Select(piece => piece.Text)));
}

void Show(string name, int right, long? bytes)
    => Console.WriteLine(
        $"  {name,-18} {right,5} of {questions.Length} ({(double)right / questions.Length:P1})"
            + (bytes is { } size ? $", {size / 1048576.0:F1} MiB" : ""));
