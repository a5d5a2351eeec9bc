// Spam or ham: a network with several seeds beside TF-IDF with logistic regression, and its int8 form beside float32.
// Run: dotnet run -c Release --project benchmarks/spam [seeds = 3; 0 for the baseline alone] [model = transformer | lstm | gru | textcnn] [precision = fp32 | bf16]
using System.Diagnostics;
using System.Globalization;
using MaaS.Benchmarks.Spam;
using MaaS.Core.Text.Cleaning;
using MaaS.Training;
using MaaS.Training.Baselines;
using MaaS.Training.Data.Text;
using MaaS.Training.Evaluation;
using MaaS.Training.Models;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var seeds = args.Length > 0 ? int.Parse(args[0]) : 3;
var architecture = args.Length > 1 ? args[1] : "transformer";
var precision = args.Length > 2 ? Enum.Parse<TrainingPrecision>(args[2], ignoreCase: true) : TrainingPrecision.Fp32;

var mails = TextCorpus.Clean(SpamAssassin.Read(), new TextCleaner(SpamAssassin.Cleaning));
var (train, heldBack) = mails.Split(0.2, seed: 0);
Console.WriteLine($"{train.Count} mails to learn from, {heldBack.Count} held back, near-duplicates on one side; {Environment.ProcessorCount} cores, .NET {Environment.Version}");

var model = new TextModelOptions();
model = model with { Preprocessing = model.Preprocessing with { Cleaning = SpamAssassin.Cleaning } };
var training = (architecture == "transformer" ? SpamAssassin.TransformerTraining : TrainedTextModel.DefaultTraining) with { Precision = precision };
List<ScoreSummary> networks = [];
for (var seed = 1; seed <= seeds; seed++)
{
    var before = Environment.CpuUsage.TotalTime;
    var started = Stopwatch.GetTimestamp();
    var (filter, _) = TrainedTextModel.Train(
        architecture, "spam-assassin", train, model, training with { Seed = seed });
    var (seconds, processor) = (Stopwatch.GetElapsedTime(started).TotalSeconds, (Environment.CpuUsage.TotalTime - before).TotalSeconds);
    using (filter)
    {
        networks.Add(filter.Evaluate(heldBack).Summary with { Name = $"{architecture}, seed {seed}" });
        Console.WriteLine($"seed {seed}, {training.Epochs} epochs, {training.Precision}: spam F1 {networks[^1].F1:0.0000}; training and vocabulary {seconds:0} s, {processor:0} s of processor time");
        if (seed == 1)
        {
            Int8.Compare(filter, heldBack);
        }
    }
}

var baseline = TextEvaluation.From(
    TfIdfBaseline.Name, TfIdfBaseline.Fit(train).Probabilities(heldBack.Texts), [.. heldBack.Targets], heldBack.Classes, "spam");
Console.WriteLine(ScoreSummary.Table("spam", [.. networks, baseline.Summary]));
if (seeds > 0)
{
    Console.WriteLine($"spam F1 of {architecture}: mean {networks.Average(static n => n.F1):0.0000}, {networks.Min(static n => n.F1):0.0000} to {networks.Max(static n => n.F1):0.0000}");
}
