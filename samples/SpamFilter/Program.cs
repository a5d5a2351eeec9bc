// A spam filter from raw mails to a package. Run: dotnet run -c Release --project samples/SpamFilter [epochs]
using System.Globalization;
using MaaS.Core.Packages;
using MaaS.Text.Cleaning;
using MaaS.Training.Baselines;
using MaaS.Training.Data.Text;
using MaaS.Training.Pipelines;
using MaaS.Training.Reports;

// Data: the mails that ./maas setup fetched, without headers, HTML and personal data; TextFile.Read takes your own CSV.
var mails = TextCorpus.Clean(SpamAssassin.Read(), new TextCleaner(SpamAssassin.Cleaning));

// A fifth is held back; near-duplicates are on one side.
var (train, heldBack) = mails.Split(0.2, seed: 0);

// Train: a small Transformer; its vocabulary is learned from the training mails alone.
var options = SpamAssassinRecipe.TransformerTraining with { ValidationFraction = 0.1, Seed = 1 };
if (args.Length > 0)
{
    options = options with { Epochs = int.Parse(args[0], CultureInfo.InvariantCulture) };
}

var (filter, _) = TrainedTextModel.Train(
    "transformer", "spam-assassin", train, SpamAssassinRecipe.Model, options, new ConsoleProgress());

// Evaluate beside what a network has to beat.
var network = filter.Evaluate(heldBack);
var baseline = TextEvaluation.From(
    TfIdfBaseline.Name,
    TfIdfBaseline.Fit(train, new() { ClassWeights = filter.Info.Options!.ClassWeights }).Probabilities(heldBack.Texts),
    [.. heldBack.Targets], heldBack.Classes, network.Positive);
Console.WriteLine(ScoreSummary.Table(network.Positive, network.Summary, baseline.Summary));

// Export to ONNX, checked against torch, and package with tokenizer, cleaning steps and labels.
await filter.PackAsync("spam.maas", "spam", filter.Export(), network);

// Predict: raw texts in, probabilities out, without torch.
using var classifier = await TextClassifier.OpenAsync("spam.maas");
foreach (var text in new[]
{
    "Congratulations! Click here to claim your FREE prize money now!!!",
    "Re: patch for the build: the test still fails on my machine",
})
{
    Console.WriteLine($"{classifier.Predict(text)["spam"]:P1} spam: {text}");
}
