using System.Security.Cryptography;
using MaaS.Cli.CommandLine;
using MaaS.Core.Generation.Quantization;
using MaaS.Core.Metrics;
using MaaS.Onnx.Quantization;
using MaaS.Registry.Runs;
using MaaS.Training.Tuning;

namespace MaaS.Cli.Recording;

/// <summary>Results as metrics of a run.</summary>
internal static class RunLogExtensions
{
    /// <summary>Logs the scores of a classifier.</summary>
    /// <param name="run">Gets them.</param>
    /// <param name="part">What they were measured on, such as <c>test</c>.</param>
    /// <param name="report">The scores.</param>
    public static void Report(this RunLog run, string part, ClassificationReport report)
    {
        foreach (var (name, value) in new[]
        {
            ("accuracy", report.Accuracy), ("precision", report.Macro.Precision), ("recall", report.Macro.Recall),
            ("f1", report.Macro.F1),
        })
        {
            run.Metric($"{part}/{name}", 0, value);
        }
    }

    /// <summary>Keeps what was measured on samples that training never saw, and the model's hash.</summary>
    /// <param name="output">Where the model is, and its run.</param>
    /// <param name="measured">The scores.</param>
    public static void Record(this TrainingOutput output, ClassificationReport measured)
    {
        output.Run?.Report("test", measured);
        output.Run?.Artifact(output.Model);
    }

    /// <summary>Logs what training on a table came to.</summary>
    /// <param name="run">Gets it.</param>
    /// <param name="data">What the table is called.</param>
    /// <param name="file">Its file; null for a data set of a name, or a query.</param>
    /// <param name="output">The package that was written.</param>
    /// <param name="scores">On the rows held back, by metric.</param>
    public static void Report(
        this RunLog run, string data, FileInfo? file, string output, IReadOnlyDictionary<string, double> scores)
    {
        run.Data("name", data);
        if (file is not null)
        {
            using var content = file.OpenRead();
            run.Data("fingerprint", Convert.ToHexStringLower(SHA256.HashData(content)));
        }

        foreach (var (name, value) in scores)
        {
            run.Metric($"test/{name}", 0, value);
        }

        run.Artifact(output);
    }

    /// <summary>Logs what quantizing a network came to.</summary>
    /// <param name="run">Gets it.</param>
    /// <param name="report">The figures and the decision.</param>
    public static void Report(this RunLog run, QuantizationReport report)
    {
        run.Metric("speedup", 0, report.Speedup);
        run.Metric("compression", 0, report.Compression);
        run.Metric("accuracy drop", 0, report.AccuracyDrop);
        run.Tag("decision", report.Reason);
    }

    /// <summary>Logs what quantizing a language model came to.</summary>
    /// <param name="run">Gets it.</param>
    /// <param name="report">The figures and the decision.</param>
    public static void Report(this RunLog run, LanguageModelQuantizationReport report)
    {
        foreach (var (name, value) in report.Metrics)
        {
            run.Metric(name.Replace('_', ' '), 0, value);
        }

        run.Tag("decision", report.Reason);
    }

    /// <summary>Logs the best trial of a study, of several objectives the best in the first: its values as metrics at
    /// its number, its parameters as tags.</summary>
    /// <param name="run">Gets them.</param>
    /// <param name="study">What the study has come to.</param>
    public static void Report(this RunLog run, StudyResult study)
    {
        run.Tag("study", $"{study.Name}: {study.Summary}");
        if (study.Best is not { } best)
        {
            return;
        }

        foreach (var (objective, value) in study.Objectives.Zip(best.Values!))
        {
            run.Metric($"best/{objective.Name}", best.Number, value);
        }

        foreach (var (name, value) in best.Parameters!)
        {
            run.Tag($"best/{name}", value.ToString());
        }
    }
}
