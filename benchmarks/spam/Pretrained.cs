using System.Diagnostics;
using MaaS.Training.Baselines;
using MaaS.Training.Checkpoints;
using MaaS.Training.Data.Text;
using MaaS.Training.Fitting;
using MaaS.Training.Pipelines;
using MaaS.Training.Reports;

namespace MaaS.Benchmarks.Spam;

/// <summary>MiniLM's weights fine-tuned on mails, seed by seed, beside TF-IDF on the same mails.</summary>
internal static class Pretrained
{
    public static void Compare(
        TextCorpus train, TextCorpus heldBack, TextModelOptions model, TrainerOptions training, int seeds)
    {
        using var start = PretrainedText.Open(PretrainedWeights.MiniLm);
        Console.WriteLine(
            $"{start.Name}: {start.Report.Taken.Count} tensors taken, {start.Report.Missing.Count} missing, "
                + $"{start.Report.Unexpected.Count} left over; "
            + $"{model.Preprocessing.MaxLength} tokens, {training.Epochs} epochs of batches of {training.BatchSize}, "
            + $"learning rate {training.LearningRate}, {training.Precision}");
        List<ScoreSummary> networks = [
            .. Enumerable.Range(1, seeds)
                .Select(seed => FineTune(start, train, heldBack, model, training with { Seed = seed })),
        ];
        var weights = LabelEncoder.BalancedWeights([.. train.Targets], train.Classes.Count);
        var baseline = TfIdfBaseline.Fit(train, new() { ClassWeights = weights });
        var summary = TextEvaluation.From(
            TfIdfBaseline.Name, baseline.Probabilities(heldBack.Texts), [.. heldBack.Targets], heldBack.Classes,
            "spam").Summary;
        Console.WriteLine(ScoreSummary.Table("spam", [.. networks, summary]));
        Console.WriteLine(
            $"spam F1 on {train.Count} labelled mails: mean {networks.Average(static n => n.F1):0.0000}, TF-IDF "
                + $"{summary.F1:0.0000}");
    }

    /// <summary>Some mails of each class, in the classes' shares, as if no others had a label.</summary>
    public static TextCorpus Few(TextCorpus train, int count, int seed)
        => train.Split((double)count / train.Count, seed).Second;

    private static ScoreSummary FineTune(
        PretrainedText start, TextCorpus train, TextCorpus heldBack, TextModelOptions model, TrainerOptions options)
    {
        var before = Environment.CpuUsage.TotalTime;
        var started = Stopwatch.GetTimestamp();
        var (filter, _) = TrainedTextModel.FineTune(
            start, "spam-assassin", train, model, options, new ConsoleProgress(Console.Out, interactive: false));
        var (seconds, processor) = (
            Stopwatch.GetElapsedTime(started).TotalSeconds, (Environment.CpuUsage.TotalTime - before).TotalSeconds);
        using (filter)
        {
            var summary = filter.Evaluate(heldBack).Summary with { Name = $"minilm, seed {options.Seed}" };
            Console.WriteLine(
                $"{summary.Name}: spam F1 {summary.F1:0.0000}, ROC-AUC {summary.RocAuc:0.0000}; {seconds:0} s, "
                    + $"{processor:0} s of processor time");
            return summary;
        }
    }
}
