using System.CommandLine;
using System.CommandLine.Parsing;
using MaaS.Text.Cleaning;
using MaaS.Text.Reading;
using MaaS.Training.Data.Text;
using MaaS.Training.Fitting;
using MaaS.Training.Pipelines;
using static MaaS.Cli.CommandLine.OptionKinds;

namespace MaaS.Cli.CommandLine;

/// <summary>The options that name labelled texts and the part of them that is held back.</summary>
internal sealed class TextOptions
{
    /// <summary>The data set of texts that set-up brings.</summary>
    public const string SpamAssassinName = "spam-assassin";

    // Long texts have enough tokens in less.
    private const double LanguageTest = 0.05;

    private static readonly TextModelOptions OfTables = new()
    {
        Preprocessing = new TextModelOptions().Preprocessing with
        {
            Cleaning = ["html", "unicode", "lower-case", "whitespace"],
        },
    };

    private readonly Option<FileInfo?> _file = new("--csv")
    {
        Description =
            "Your own texts or, with --task tabular, your own table: a .csv or .tsv with a header, a .jsonl with an "
            + "object a line; tables also as .parquet.",
        HelpName = "file",
    };

    private readonly Option<string> _text = Named(
        "--text",
        "The column (JSON: member) with the text; of a language model a file of text (.txt, .md, or .jsonl with a "
            + "member 'text' a line), or a folder of them.", "text");
    private readonly Option<string> _label = Named("--label", "The column (JSON: member) with the class.", "label");
    private readonly Option<string> _encoding = Named(
        "--encoding", "Character encoding of the file, as windows-1252.", "utf-8");
    private readonly Option<bool> _skipBadRows = new("--skip-bad-rows")
    {
        Description = "Leave out rows that cannot be used, and say which.",
    };
    private readonly Option<double> _test = Number(
        "--test", "Share of texts, pictures or rows that is held back; near-duplicates of texts stay together.", 0.2);
    private readonly Option<int> _splitSeed = Number("--split-seed", "Seed of that draw.", 0);

    /// <summary>Every option of this set.</summary>
    public IReadOnlyList<Option> All => [_file, _text, _label, _encoding, _skipBadRows, _test, _splitSeed];

    public void AddTo(Command command) => All.AddTo(command);

    /// <summary>Whether the command line asks for texts.</summary>
    public bool IsAsked(ParseResult result, Option<string> data)
        => result.GetValue(_file) is not null || result.GetValue(data) == SpamAssassinName;

    /// <summary>Whether the command line says which texts, rather than leaving it to the default.</summary>
    public bool IsNamed(ParseResult result) => result.GetValue(_file) is not null || NamedData(result) is not null;

    /// <summary>The file that is named; null for none.</summary>
    public FileInfo? FileOf(ParseResult result) => result.GetValue(_file);

    /// <summary>Where the texts of a language model are, the share that is held back and the seed of the
    /// draw.</summary>
    /// <exception cref="UsageException">No file is named, or the share is out of its range.</exception>
    public (string Path, double TestShare, int Seed) Language(ParseResult result)
        => (result.GetResult(_text) is { Implicit: false }
                ? result.GetRequiredValue(_text)
                : throw new UsageException(
                    "--text: expected a file or a folder of texts for a language model, got none."),
            result.GetResult(_test) is { Implicit: false } ? TestShare(result) : LanguageTest,
            result.GetValue(_splitSeed));

    /// <summary>Those that a language model has as well.</summary>
    public IReadOnlyList<Option> OfLanguageModels => [_text, _test, _splitSeed];

    /// <summary>The data set that is named; null where it is left to the default.</summary>
    public static string? NamedData(ParseResult result)
        => result.GetResult("--data") is OptionResult { Implicit: false } data
        ? data.GetValueOrDefault<string>() : null;

    /// <summary>The label of a table, the share that is held back and the seed of the draw.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="otherwise">The label where none is named; null where one must be.</param>
    /// <exception cref="UsageException">No label is named.</exception>
    public (string Label, double TestShare, int Seed) Table(ParseResult result, string? otherwise) => (
        result.GetResult(_label) is { Implicit: false }
            ? result.GetRequiredValue(_label)
            : otherwise ?? throw new UsageException("--label: expected the column to predict, got none."),
        result.GetValue(_test), result.GetValue(_splitSeed));

    /// <summary>Of image files the column of the class, the share that is held back and the seed of the draw.</summary>
    /// <exception cref="UsageException">The share is out of its range.</exception>
    public (string Label, double TestShare, int Seed) Division(ParseResult result)
        => (result.GetRequiredValue(_label), TestShare(result), result.GetValue(_splitSeed));

    /// <summary>What the data is called.</summary>
    public string NameOf(ParseResult result)
        => result.GetValue(_file) is { } file ? Path.GetFileNameWithoutExtension(file.Name) : SpamAssassinName;

    /// <summary>What to train where nothing else is asked for.</summary>
    public TextModelOptions Model(ParseResult result)
        => result.GetValue(_file) is null ? SpamAssassinRecipe.Model : OfTables;

    /// <summary>How to train where nothing else is asked for.</summary>
    public TrainerOptions Training(ParseResult result, string architecture)
        => result.GetValue(_file) is null && architecture == "transformer"
            ? SpamAssassinRecipe.TransformerTraining : TrainedTextModel.DefaultTraining;

    /// <summary>Reads and cleans the texts.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="cleaning">Names of the steps.</param>
    /// <param name="classes">Classes that may occur; null for any.</param>
    /// <param name="cancellationToken">Checked before each text.</param>
    /// <exception cref="UsageException">The command line names data that are no texts.</exception>
    public TextCorpus Load(
        ParseResult result, IReadOnlyList<string> cleaning, IReadOnlyList<string>? classes,
        CancellationToken cancellationToken)
    {
        if (NamedData(result) is { } named and not SpamAssassinName)
        {
            throw new UsageException(
                $"--data: expected {SpamAssassinName} for a model of texts, or --csv FILE, got {named}.");
        }

        List<string> bad = [];
        var samples = result.GetValue(_file) is { } file
            ? TextFile.Read(file.FullName, new TextFileOptions
            {
                TextColumn = result.GetRequiredValue(_text),
                LabelColumn = result.GetRequiredValue(_label),
                Encoding = result.GetRequiredValue(_encoding),
                Labels = classes,
                OnBadRow = result.GetValue(_skipBadRows) ? bad.Add : null,
            })
            : SpamAssassin.Read();
        var corpus = TextCorpus.Clean(
            samples, new TextCleaner(cleaning), classes, cancellationToken: cancellationToken);
        LeftOutLines.Write(bad, "rows");
        return corpus;
    }

    /// <summary>Splits into texts to learn from and texts that are held back.</summary>
    public (TextCorpus Train, TextCorpus HeldBack) Split(ParseResult result, TextCorpus corpus)
        => corpus.Split(TestShare(result), result.GetValue(_splitSeed));

    private double TestShare(ParseResult result)
        => result.GetValue(_test) is > 0 and < 1 and var fraction
            ? fraction : throw new UsageException("--test: expected a share above 0 and below 1.");

    private static Option<string> Named(string name, string description, string value) => new(name)
    {
        Description = description,
        HelpName = "name",
        DefaultValueFactory = _ => value,
    };
}
