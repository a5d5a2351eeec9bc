// Spam or ham: a network with several seeds beside TF-IDF with logistic regression; then a wider Transformer, where
// int8 pays. Run: dotnet run -c Release --project benchmarks/spam [seeds = 3; 0 for the baseline alone] [model =
// transformer | lstm | gru | textcnn] [precision = fp32 | bf16]
using System.Diagnostics;
using System.Globalization;
using MaaS.Benchmarks.Spam;
using MaaS.Text.Cleaning;
using MaaS.Training.Baselines;
using MaaS.Training.Data.Text;
using MaaS.Training.Fitting;
using MaaS.Training.Pipelines;
using MaaS.Training.Reports;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var seeds = args.Length > 0 ? int.Parse(args[0]) : 3;
var architecture = args.Length > 1 ? args[1] : "transformer";
var precision = args.Length > 2 ? Enum.Parse<TrainingPrecision>(args[2], ignoreCase: true) : TrainingPrecision.Fp32;

var mails = TextCorpus.Clean(SpamAssassin.Read(), new TextCleaner(SpamAssassin.Cleaning));
var (train, heldBack) = mails.Split(0.2, seed: 0);
Console.WriteLine(
    $"{train.Count} mails to learn from, {heldBack.Count} held back, near-duplicates on one side; "
        + $"{Environment.ProcessorCount} cores, .NET {Environment.Version}");

if (architecture == "minilm")
{
    // dotnet run … [seeds] minilm [precision] [labelled mails; 0 for all] [most tokens] [epochs] [learning rate]
    // [batch]
    double Number(int position, double otherwise) => args.Length > position ? double.Parse(args[position]) : otherwise;
    var labelled = (int)Number(3, 0);
    Pretrained.Compare(
        labelled > 0 ? Pretrained.Few(train, labelled, seed: 0) : train, heldBack,
        SpamAssassinRecipe.Model with
        {
            Preprocessing = SpamAssassinRecipe.Model.Preprocessing with { MaxLength = (int)Number(4, 256) },
        },
        TrainedTextModel.FineTuning with
        {
            Precision = precision,
            Epochs = (int)Number(5, TrainedTextModel.FineTuning.Epochs),
            LearningRate = Number(6, TrainedTextModel.FineTuning.LearningRate),
            BatchSize = (int)Number(7, TrainedTextModel.FineTuning.BatchSize),
        },
        seeds);
    return;
}

var training = (architecture == "transformer"
    ? SpamAssassinRecipe.TransformerTraining : TrainedTextModel.DefaultTraining) with
{ Precision = precision };
List<ScoreSummary> networks = [
    .. Enumerable.Range(1, seeds).Select(seed => Train(SpamAssassinRecipe.Model, training, seed)),
];
if (seeds > 0)
{
    Console.WriteLine(
        $"spam F1 of {architecture}: mean {networks.Average(static n => n.F1):0.0000}, "
            + $"{networks.Min(static n => n.F1):0.0000} to {networks.Max(static n => n.F1):0.0000}");
}

if (seeds > 0 && architecture == "transformer")
{
    // An epoch takes three minutes and a half on two cores: two of them keep within ten minutes.
    networks.Add(
        Train(
            SpamAssassinRecipe.Model with { Sizes = new() { Width = 512, FeedForward = 2048 } },
            training with { Epochs = 2 }, 1));
}

var weights = LabelEncoder.BalancedWeights([.. train.Targets], train.Classes.Count);
Console.WriteLine(
    ScoreSummary.Table("spam", [.. networks, Baseline(null, ""), Baseline(weights, ", classes count the same")]));

ScoreSummary Train(TextModelOptions model, TrainerOptions options, int seed)
{
    var name = $"{architecture}, width {model.Sizes.Width}, seed {seed}";
    var before = Environment.CpuUsage.TotalTime;
    var started = Stopwatch.GetTimestamp();
    var (filter, _) = TrainedTextModel.Train(architecture, "spam-assassin", train, model, options with { Seed = seed });
    var (seconds, processor) = (
        Stopwatch.GetElapsedTime(started).TotalSeconds, (Environment.CpuUsage.TotalTime - before).TotalSeconds);
    using (filter)
    {
        var summary = filter.Evaluate(heldBack).Summary with { Name = name };
        Console.WriteLine(
            $"{name}, {options.Epochs} epochs, {options.Precision}: spam F1 {summary.F1:0.0000}; training and "
                + $"vocabulary {seconds:0} s, {processor:0} s of processor time");
        if (seed == 1)
        {
            Int8.Compare(filter, heldBack);
        }

        return summary;
    }
}

ScoreSummary Baseline(IReadOnlyList<double>? classWeights, string note)
{
    var probabilities = TfIdfBaseline.Fit(train, new() { ClassWeights = classWeights }).Probabilities(heldBack.Texts);
    return TextEvaluation.From(TfIdfBaseline.Name, probabilities, [.. heldBack.Targets], heldBack.Classes, "spam")
        .Summary with
    { Name = TfIdfBaseline.Name + note };
}
