using System.Diagnostics;
using System.Globalization;
using MaaS.Cli.CommandLine;
using MaaS.Primitives.Display;
using MaaS.Tabular.Streaming;
using MaaS.Tabular.Tables;

namespace MaaS.Cli.Tabular;

/// <summary>Trains on a table that is larger than memory, shows steps, times and memory, and writes a package that
/// serves.</summary>
internal static class StreamedTraining
{
    /// <returns>The scores on the rows held back, by metric.</returns>
    public static async Task<IReadOnlyDictionary<string, double>> RunAsync(
        TableSource source, TableReadOptions reading, string? schemaPath, StreamedTrainerOptions options, string output,
        string name, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var stream = await source.OpenAsync(reading, cancellationToken);
        Console.WriteLine($"{source.Name}: {stream.Rows} rows, {stream.Schema.Columns.Count} columns, "
            + string.Join(
                ", ", stream.Schema.Columns.Select(static c => $"{c.Name} ({c.Kind.ToString().ToLowerInvariant()})")));
        if (schemaPath is not null && reading.Schema is null)
        {
            stream.Schema.Save(schemaPath);
            Console.WriteLine($"schema written to {schemaPath}");
        }

        Show(new StreamedStep("columns and kinds", stream.Rows, watch.Elapsed.TotalSeconds));
        var model = await StreamedTrainer.TrainAsync(stream, options, new Lines(), cancellationToken);
        var (parity, step) = await model.SavePackageAsync(output, name, cancellationToken);
        Show(step);
        Console.WriteLine();
        Console.WriteLine(
            $"{model.Label}: gradient boosting of {model.TrainRows} rows in {model.Rounds} rounds, on {model.TestRows} "
                + "held back, beside the baseline that says the same of every row:");
        Console.WriteLine(TextTable.Render(
            [
                .. model.TestScores.Select(s => new[]
                {
                    s.Key, s.Value.ToString("0.0000", CultureInfo.InvariantCulture),
                    model.BaselineScores[s.Key].ToString("0.0000", CultureInfo.InvariantCulture),
                }),
            ]));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"ONNX Runtime gives the same on all {parity.Rows} rows (largest difference "
                + $"{parity.LargestDifference:g2})"));
        Console.WriteLine($"written to {output}; maas serve --models {CommandText.Quoted(output)}");
        return model.TestScores;
    }

    private static void Show(StreamedStep step)
    {
        using var process = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{step.Name}: {step.Rows} rows in {step.Seconds:0.0} s; at most {process.PeakWorkingSet64 >> 20} MiB of "
                + $"memory so far"));
    }

    private sealed class Lines : IProgress<StreamedStep>
    {
        public void Report(StreamedStep value) => Show(value);
    }
}
