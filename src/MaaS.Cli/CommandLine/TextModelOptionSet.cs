using System.CommandLine;
using MaaS.Core.Packages;
using MaaS.Text.Cleaning;
using MaaS.Training.Checkpoints;
using MaaS.Training.Models;
using MaaS.Training.Pipelines;
using MaaS.Training.Pipelines.Generation;
using static MaaS.Cli.CommandLine.OptionKinds;

namespace MaaS.Cli.CommandLine;

/// <summary>The options that say how texts become tokens, and the sizes of the network that reads them.</summary>
internal sealed class TextModelOptionSet
{
    private static readonly TextModelOptions Default = new();

    private readonly Option<string> _task = Choice(
        "--task", "What to train; texts are meant as well where --csv or a data set of texts is named.",
        [ImageTask, TextTask, TabularOptionSet.Task, LanguageTask], ImageTask);

    private readonly Option<int> _vocabulary = Number(
        "--vocabulary",
        "Texts: most tokens of the WordPiece vocabulary, learned from the training texts alone; of a language model "
            + $"of the byte-level one, {new LanguageModelOptions().Vocabulary} without it.",
        Default.VocabularySize);
    private readonly Option<int> _maxLength = Number(
        "--max-length", "Texts: most tokens of a text.", Default.Preprocessing.MaxLength);
    private readonly Option<string> _overlong = Choice(
        "--overlong",
        "Texts: of longer ones, use the first and last tokens, or the first; or let the packaged model refuse them, "
            + "which are truncated in training.",
        Overlong.Keys, "ends");

    private readonly Option<string?> _cleaning = new("--cleaning")
    {
        Description =
            "Texts: steps in their order, separated by commas, or none: "
            + $"{string.Join("; ", TextCleaner.All.Select(static s => $"{s.Name}: {s.Description}"))}. "
            + "Without it: all for mails of a data set, html,unicode,lower-case,whitespace for --csv.",
        HelpName = "steps",
    };

    private readonly Option<long> _width = Number(
        "--width", $"Texts: features of each token; of a language model {new LanguageModelOptions().Width} without it.",
        Default.Sizes.Width);
    private readonly Option<int> _layers = Number(
        "--layers", $"Texts: layers; of a language model {new LanguageModelOptions().Layers} without it.",
        Default.Sizes.Layers);
    private readonly Option<long> _heads = Number(
        "--heads",
        $"Texts: attention heads of a Transformer; of a language model {new LanguageModelOptions().Heads} without it.",
        Default.Sizes.Heads);
    private readonly Option<double> _dropout = Number(
        "--dropout", "Texts: share of values that training drops.", Default.Sizes.Dropout);
    private readonly Option<double> _tokenDropout = Number(
        "--token-dropout", "Texts: share of tokens that training hides.", Default.Sizes.TokenDropout);
    private readonly Option<bool?> _balanced = new("--class-weights")
    {
        Description =
            "Texts and pictures: count every class the same, however many samples it has; true for mails of a data "
            + "set, false otherwise where nothing is said.",
        HelpName = "true|false",
    };

    private readonly Option<string?> _positive = new("--positive")
    {
        Description = "Texts: the class whose detection counts; the rarer one of two without it.",
        HelpName = "class",
    };

    private static Dictionary<string, OverlongText> Overlong { get; } = new()
    {
        ["ends"] = OverlongText.KeepEnds,
        ["truncate"] = OverlongText.Truncate,
        ["refuse"] = OverlongText.Refuse,
    };

    public const string ImageTask = "image-classification", TextTask = "text-classification",
        LanguageTask = "language-model";

    /// <summary>Every option of this set.</summary>
    public IReadOnlyList<Option> All =>
    [
        _task, _vocabulary, _maxLength, _overlong, _cleaning, _width, _layers, _heads, _dropout, _tokenDropout,
        _balanced,
        _positive,
    ];

    public void AddTo(Command command) => All.AddTo(command);

    /// <summary>Whether every class is to count the same; null where nothing is said.</summary>
    public bool? Balanced(ParseResult result) => result.GetValue(_balanced);

    /// <summary>Whether the task is to tell images apart, or none is named.</summary>
    public bool IsImage(ParseResult result) => result.GetValue(_task) == ImageTask;

    /// <summary>Whether the task is to continue texts.</summary>
    public bool IsLanguage(ParseResult result) => result.GetValue(_task) == LanguageTask;

    /// <summary>Those that a language model has as well.</summary>
    public IReadOnlyList<Option> OfLanguageModels => [_task, _vocabulary, _width, _layers, _heads, _dropout];

    /// <summary>The sizes of a language model; what is not given is what <paramref name="defaults"/> has.</summary>
    public LanguageModelOptions Sizes(ParseResult result, LanguageModelOptions defaults) => defaults with
    {
        Vocabulary = Given(result, _vocabulary) ? result.GetValue(_vocabulary) : defaults.Vocabulary,
        Width = Given(result, _width) ? result.GetValue(_width) : defaults.Width,
        Layers = Given(result, _layers) ? result.GetValue(_layers) : defaults.Layers,
        Heads = Given(result, _heads) ? result.GetValue(_heads) : defaults.Heads,
        Dropout = Given(result, _dropout) ? result.GetValue(_dropout) : defaults.Dropout,
    };

    /// <summary>Whether a table is to be learned from.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="tableNamed">Whether it names a table of set-up or a query.</param>
    public bool IsTable(ParseResult result, bool tableNamed) => result.GetResult(_task) is { Implicit: false }
        ? result.GetValue(_task) == TabularOptionSet.Task : tableNamed;

    /// <summary>Whether texts are to be learned from.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="textsNamed">Whether it names texts.</param>
    /// <exception cref="UsageException">It asks for images and names texts.</exception>
    public bool IsText(ParseResult result, bool textsNamed)
    {
        var task = result.GetResult(_task) is { Implicit: false } ? result.GetValue(_task) : null;
        return task == ImageTask && textsNamed
            ? throw new UsageException($"--task: expected {TextTask} for texts, got {ImageTask}.")
            : task == TextTask || textsNamed;
    }

    /// <param name="result">The command line.</param>
    /// <param name="defaults">Cleaning and class weights where nothing is said of them.</param>
    /// <param name="start">What training starts from; null for fresh weights.</param>
    /// <exception cref="UsageException">An option is out of its range, or says what the weights say.</exception>
    public TextModelOptions Read(ParseResult result, TextModelOptions defaults, PretrainedText? start = null)
    {
        Option[] sizes = [_width, _layers, _heads, _vocabulary];
        if (start is not null && Array.Find(sizes, o => Given(result, o)) is { } size)
        {
            throw new UsageException($"{size.Name}: expected none beside --from, which brings its own.");
        }

        var model = Read(result, defaults);
        var positions = start?.Encoder.Config.MaxPositionEmbeddings ?? int.MaxValue;
        if (model.Preprocessing.MaxLength > positions && Given(result, _maxLength))
        {
            throw new UsageException(
                $"--max-length: expected at most {positions}, the positions of {start?.Name}, got "
                    + $"{model.Preprocessing.MaxLength}.");
        }

        return model with
        {
            Dropout = Given(result, _dropout) ? model.Sizes.Dropout : null,
            Preprocessing = model.Preprocessing with
            {
                MaxLength = (int)Math.Min(model.Preprocessing.MaxLength, positions),
            },
        };
    }

    private static bool Given(ParseResult result, Option option)
        => result.GetResult(option) is { Implicit: false };

    private TextModelOptions Read(ParseResult result, TextModelOptions defaults)
        => Checked(() => new TextModelOptions
        {
            Sizes = new TextModelSizes
            {
                Width = result.GetValue(_width),
                Layers = result.GetValue(_layers),
                Heads = result.GetValue(_heads),
                FeedForward = 2 * result.GetValue(_width),
                Dropout = result.GetValue(_dropout),
                TokenDropout = result.GetValue(_tokenDropout) is >= 0 and < 1 and var share
                ? share : throw new UsageException("--token-dropout: expected 0 to below 1."),
            },
            VocabularySize = result.GetValue(_vocabulary),
            Preprocessing = new TextPreprocessing
            {
                Cleaning = new TextCleaner(result.GetValue(_cleaning) switch
                {
                    null => defaults.Preprocessing.Cleaning,
                    "none" => [],
                    var steps => steps.Split(',', StringSplitOptions.TrimEntries),
                }).Steps,
                MaxLength = result.GetValue(_maxLength) is >= 3 and var length
                ? length : throw new UsageException("--max-length: expected at least 3."),
                Overlong = Overlong[result.GetRequiredValue(_overlong)],
            },
            BalancedClasses = result.GetValue(_balanced) ?? defaults.BalancedClasses,
            Positive = result.GetValue(_positive),
        });
}
