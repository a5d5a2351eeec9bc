using System.Diagnostics;
using System.Globalization;
using MaaS.Cli.CommandLine;
using MaaS.Primitives.Display;
using MaaS.Primitives.Files;
using MaaS.Tabular.Cleaning;
using MaaS.Tabular.Export;
using MaaS.Tabular.Pipelines;
using MaaS.Tabular.Selection;
using MaaS.Tabular.Tables;

namespace MaaS.Cli.Tabular;

/// <summary>Trains on a table, shows the candidates, and writes the best as a package that serves.</summary>
internal static class TabularTraining
{
    // For explanations where the budget is used up.
    private const double LeastSeconds = 3;

    /// <summary>The name of a model of a file: what a file may be called and a model may not becomes a dash.</summary>
    public static string ModelName(string file) => string.Concat(
        file.Select(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' ? c : '-')).Trim('-', '.')
            is { Length: > 0 } name
            ? name[..Math.Min(name.Length, 100)] : "table";

    /// <returns>The scores on the rows held back, by metric.</returns>
    public static async Task<IReadOnlyDictionary<string, double>> RunAsync(
        TableSource source, TableReadOptions reading, string? schemaPath, double? above, TabularTrainerOptions options,
        string output, string name, string? report, CancellationToken cancellationToken)
    {
        if (report is not null)
        {
            AtomicFile.EnsureWritable(report);
        }

        var watch = Stopwatch.StartNew();
        var table = await source.ReadAsync(reading, cancellationToken);
        Console.WriteLine($"{source.Name}: {table.Rows} rows, {table.Columns.Count} columns");
        Console.WriteLine(Profile(table));
        if (schemaPath is not null && reading.Schema is null)
        {
            TableSchema.Of(table).Save(schemaPath);
            Console.WriteLine($"schema written to {schemaPath}");
        }

        if (source.Known is { } known && options.Label == known.Label)
        {
            // What is known of the data set; of other tables a missing label is an error.
            var labelled = new DropMissing(known.Label).Apply(table);
            table = labelled.Table;
            if (labelled.Rows > 0)
            {
                Console.WriteLine($"{labelled.Rows} rows without '{known.Label}' left out");
            }
        }

        if (above is { } limit)
        {
            table = table.With(table[options.Label] is NumberColumn numbers ? numbers.Above(limit)
                : throw new InvalidDataException(
                    $"--above: expected numbers in '{options.Label}', got {table[options.Label].Kind}."));
        }

        var model = TabularTrainer.Train(table, options, new Lines(), cancellationToken);
        foreach (var note in model.Notes)
        {
            Console.WriteLine(note);
        }

        Console.WriteLine($"{model.Train.Rows} rows to learn from, {model.Test.Rows} held back");
        Console.WriteLine();
        Console.WriteLine(model.Leaderboard);
        Console.WriteLine($"{model.Best} on the rows held back, which nothing was chosen by:");
        Console.WriteLine(TextTable.Render(
            [.. model.TestScores.Select(
                s => new[] { s.Key, s.Value.ToString("0.0000", CultureInfo.InvariantCulture) })]));
        var parity = await model.SavePackageAsync(output, name, cancellationToken);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"ONNX Runtime gives the same on all {parity.Rows} rows (largest difference "
                + $"{parity.LargestDifference:g2})"));
        if (report is not null)
        {
            var left = options.Budget is { } budget
                ? TimeSpan.FromSeconds(Math.Max(LeastSeconds, (budget - watch.Elapsed).TotalSeconds)) : (TimeSpan?)null;
            var explanation = model.Explain(left, cancellationToken);
            var latency = RowLatency.Measure(
                TabularOnnx.Write(model.Fit, model.Classes), model.Test, cancellationToken: cancellationToken);
            AtomicFile.WriteText(report, model.ToHtml(explanation, latency));
            Console.WriteLine($"report written to {report}");
        }

        Console.WriteLine($"written to {output}; maas serve --models {CommandText.Quoted(output)}");
        return model.TestScores;
    }

    private static string Profile(Table table)
    {
        List<string[]> rows = [["column", "kind", "missing", "distinct"]];
        rows.AddRange(table.Columns.Select(static c => new[]
        {
            c.Name, c.Kind.ToString().ToLowerInvariant(), $"{c.Missing}",
            $"{Enumerable.Range(0, c.Count).Select(c.Text).OfType<string>().Distinct(StringComparer.Ordinal).Count()}",
        }));
        return TextTable.Render(rows, 1);
    }

    private sealed class Lines : IProgress<CrossValidationResult>
    {
        public void Report(CrossValidationResult value) => Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{value.Learner}: {value.Metric.Name} {value.Mean:0.0000} ± {value.StandardError:0.0000}, "
                + $"{value.FitSeconds:0.00} s a fit"));
    }
}
