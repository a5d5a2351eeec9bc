using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Primitives.Files;
using MaaS.Tabular.DataSets;
using MaaS.Tabular.Profiling;

namespace MaaS.Cli.Commands;

/// <summary><c>maas profile</c>: what a table holds, as a page.</summary>
internal sealed class ProfileCommand : VerbCommand
{
    private readonly Argument<FileInfo?> _file = new("table")
    {
        Description = "A .csv, .tsv, .jsonl or .parquet file.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _data = new("--data")
    {
        Description = "A table of data/README.md in place of a file: "
            + $"{string.Join(", ", TabularDataSet.All.Select(static d => d.Name))}.",
        HelpName = "name",
    };

    private readonly Option<string?> _label = new("--label")
    {
        Description = "The column that is to be predicted: what gives it away is sought.",
        HelpName = "column",
    };

    private readonly Option<FileInfo?> _output = new("--output", "-o")
    {
        Description = "Where the page goes; profiles/TABLE.html without it.",
        HelpName = "file.html",
    };

    private readonly Option<bool> _json = new("--json")
    {
        Description = "Writes the profile to standard output as JSON; a page only where --output asks for it.",
    };

    private readonly TableSourceOptions _source = new();

    public ProfileCommand()
        : base("profile", "Looks at a table: distributions, missing values, outliers, duplicates, correlations, leaks "
            + "of the label, personal data.")
    {
        Arguments.Add(_file);
        Options.Add(_data);
        Options.Add(_label);
        Options.Add(_output);
        Options.Add(_json);
        _source.All.AddTo(this);
    }

    public override IReadOnlyList<(string CommandLine, string Purpose)> Examples =>
    [
        ("maas profile customers.csv --label churn -o profile.html", "A page for people."),
        ("maas profile customers.csv --json", "The same for programs."),
        ("maas profile --sql \"SELECT * FROM customers\" --database sqlite:shop.db", "The rows of a query."),
        ("maas profile --data penguins", "A table that set-up fetches."),
    ];

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var source = _source.Source(result, result.GetValue(_file), result.GetValue(_data), "table");
        var json = result.GetValue(_json);
        var output = result.GetValue(_output)?.FullName
            ?? (json ? null : Path.GetFullPath($"profiles/{source.Name}.html"));
        if (output is not null)
        {
            AtomicFile.EnsureWritable(output);
        }

        var reading = _source.Reading(result);
        var table = await source.ReadAsync(reading, cancellationToken);
        var schema = _source.WriteSchema(result, reading, table);
        var profile = TableProfile.Of(
            table, new ProfileOptions { Name = source.Name, Label = result.GetValue(_label) }, cancellationToken);
        if (output is not null)
        {
            profile.SaveHtml(output);
        }

        if (json)
        {
            Console.WriteLine(profile.ToJson());
            return ExitCode.Success;
        }

        Console.WriteLine($"{source.Name}: {table.Rows} rows, {table.Columns.Count} columns");
        foreach (var finding in profile.Findings)
        {
            Console.WriteLine($"- {finding}");
        }

        if (schema is not null)
        {
            Console.WriteLine($"schema written to {schema}");
        }

        Console.WriteLine($"written to {output}");
        return ExitCode.Success;
    }
}
