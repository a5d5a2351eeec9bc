using System.Globalization;
using MaaS.Cli.CommandLine;
using MaaS.Registry.Runs;
using MaaS.Training.Pipelines.Generation;
using MaaS.Training.Reports;

namespace MaaS.Cli.Text;

/// <summary>What the command says of a language model, writes of it and keeps of its run.</summary>
internal static class LanguageModelLines
{
    private const string PackageExtension = ".maas";

    // Files of networks, which are no packages: a folder of such a name is never meant.
    private static readonly string[] NoFolders = [".onnx", ".safetensors"];

    /// <summary>Where the package and its page go; the page beside the package where none is named.</summary>
    /// <param name="package">A <c>.maas</c> file, or a folder.</param>
    /// <param name="report">The page; null for one beside the package.</param>
    /// <param name="command">The command line.</param>
    /// <param name="run">The run in a registry; null where it is not kept.</param>
    /// <exception cref="UsageException">The package is another file, or the page is the package.</exception>
    public static TrainingOutput Output(string package, string? report, string command, RunLog? run)
    {
        package = Path.TrimEndingDirectorySeparator(package);
        if (!IsFile(package) && (File.Exists(package) || NoFolders.Contains(Path.GetExtension(package))))
        {
            throw new UsageException(
                $"--output: expected a file that ends in {PackageExtension} for a language model, or a folder, got "
                    + $"'{package}'.");
        }

        report ??= IsFile(package) ? Path.ChangeExtension(package, ".html") : package + ".html";
        return report == package
            ? throw new UsageException($"--report: expected another file than --output, got '{report}'.")
            : new TrainingOutput(package, report, command, run);
    }

    /// <summary>Shows what training came to, and writes package and page.</summary>
    /// <param name="model">The model.</param>
    /// <param name="title">What the run was about.</param>
    /// <param name="data">What the texts are called.</param>
    /// <param name="recorder">Heard the run.</param>
    /// <param name="output">Where it goes.</param>
    /// <param name="cancellationToken">Leaves no package.</param>
    public static async Task WriteAsync(
        TrainedLanguageModel model, string title, string data, RunRecorder recorder, TrainingOutput output,
        CancellationToken cancellationToken)
    {
        var training = model.Result;
        Console.WriteLine(
            $"trained in {training.Seconds:0.0} s ({training.Plan}), weights of epoch {training.BestEpoch}");
        Console.WriteLine();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"perplexity of {model.HeldBackTokens:n0} tokens that training never saw:"));
        foreach (var (name, value) in Measured(model))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {name,-28} {value,8:F1}"));
        }

        if (Losses(model) is { } losses)
        {
            Console.WriteLine(losses);
        }

        await model.PackAsync(
            output.Model,
            IsFile(output.Model) ? Path.GetFileNameWithoutExtension(output.Model) : Path.GetFileName(output.Model),
            data, cancellationToken);
        output.Run?.Metric("test/perplexity", 0, model.Perplexity);
        output.Run?.Artifact(IsFile(output.Model) ? output.Model : Path.Combine(output.Model, "manifest.json"));
        new RunReport
        {
            Title = title,
            Epochs = training.Epochs,
            Points = recorder.Points,
            Facts = [.. Facts(model, data), .. RunEnvironment.Describe()],
            Command = output.Command,
        }.Save(output.Report!);
        Console.WriteLine($"written to {output.Model}, report in {output.Report}");
    }

    private static bool IsFile(string package)
        => package.EndsWith(PackageExtension, StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<(string Name, double Value)> Measured(TrainedLanguageModel model)
    {
        yield return ("this network", model.Perplexity);
        if (model.StartPerplexity is { } start)
        {
            yield return ("before training", start);
        }

        if (model.CountedPerplexity is { } counted)
        {
            yield return ("counts of three tokens", counted);
        }
    }

    // What of the conversations nobody learned from, or was measured on.
    private static string? Losses(TrainedLanguageModel model)
    {
        if (model is { LeftOut: 0, Cut: 0 })
        {
            return null;
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"of the conversations {model.LeftOut:n0} were left out, whose answers lie beyond the context, and "
                + $"{model.Cut:n0} were cut at its end; a larger context takes more of them");
    }

    private static IEnumerable<(string Name, string Value)> Facts(TrainedLanguageModel model, string data)
    {
        var options = model.Options;
        yield return ("data", string.Create(
            CultureInfo.InvariantCulture,
            $"{data}: {model.TrainTokens:n0} tokens to learn from, {model.HeldBackTokens:n0} held back"));
        if (Losses(model) is { } losses)
        {
            yield return ("conversations", losses);
        }

        yield return ("perplexity", string.Join(
            "; ", Measured(model).Select(static m => string.Create(
                CultureInfo.InvariantCulture, $"{m.Name} {m.Value:F2}"))));
        yield return ("tokens", string.Create(
            CultureInfo.InvariantCulture, $"{model.Tokenizer.VocabSize:n0} of the vocabulary"));
        yield return ("network", string.Create(
            CultureInfo.InvariantCulture,
            $"{model.Model.GetType().Name}, {model.Model.Layers} layers, {model.Parameters:n0} weights, sequences of "
                + $"{model.Model.MaxLength:n0} tokens") + (model.Start is null ? "" : $", from {model.Start}"));
        yield return ("training", string.Create(
            CultureInfo.InvariantCulture,
            $"{model.Result.Epochs.Count} epochs of batches of {options.BatchSize}, {options.Optimizer}, learning rate "
                + $"{options.LearningRate:g3}, seed {options.Seed}; {model.Result.Seconds:0} s ({model.Result.Plan})"));
    }
}
