// Spam or ham: a Transformer with several seeds beside TF-IDF with logistic regression, and its int8 form beside float32.
// Run: dotnet run -c Release --project benchmarks/spam [seeds = 3] [epochs = 5]
using System.Globalization;
using MaaS.Benchmarks.Spam;
using MaaS.Core.Packages;
using MaaS.Core.Text.Cleaning;
using MaaS.Training;
using MaaS.Training.Baselines;
using MaaS.Training.Data.Text;
using MaaS.Training.Evaluation;
using MaaS.Training.Models;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
int Argument(int index, int otherwise) => args.Length > index ? int.Parse(args[index], CultureInfo.InvariantCulture) : otherwise;
var (seeds, epochs) = (Argument(0, 3), Argument(1, 5));

var mails = TextCorpus.Clean(SpamAssassin.Read(), new TextCleaner(SpamAssassin.Cleaning));
var (train, heldBack) = mails.Split(0.2, seed: 0);
Console.WriteLine($"{train.Count} mails to learn from, {heldBack.Count} held back, near-duplicates on one side; {Environment.ProcessorCount} cores, .NET {Environment.Version}");

List<ScoreSummary> networks = [];
for (var seed = 1; seed <= seeds; seed++)
{
    var (filter, result) = TrainedTextModel.Train(
        "transformer", "spam-assassin", train,
        new TextModelOptions { Preprocessing = new TextPreprocessing { Cleaning = SpamAssassin.Cleaning, MaxLength = 256, Overlong = OverlongText.KeepEnds } },
        new TrainerOptions
        {
            Epochs = epochs, BatchSize = 32, Optimizer = OptimizerKind.AdamW, LearningRate = 1e-3, WeightDecay = 0.01, GradientClipNorm = 1,
            ValidationFraction = 0.1, Seed = seed,
        });
    using (filter)
    {
        networks.Add(filter.Evaluate(heldBack).Summary with { Name = $"transformer, seed {seed}" });
        Console.WriteLine($"seed {seed}: trained in {result.Seconds:0} s, spam F1 {networks[^1].F1:0.0000}");
        if (seed == 1)
        {
            Int8.Compare(filter, heldBack);
        }
    }
}

var baseline = TextEvaluation.From(
    TfIdfBaseline.Name, TfIdfBaseline.Fit(train).Probabilities(heldBack.Texts), [.. heldBack.Targets], heldBack.Classes, "spam");
Console.WriteLine(ScoreSummary.Table("spam", [.. networks, baseline.Summary]));
Console.WriteLine($"spam F1 of the Transformer: mean {networks.Average(static n => n.F1):0.0000}, {networks.Min(static n => n.F1):0.0000} to {networks.Max(static n => n.F1):0.0000}");
