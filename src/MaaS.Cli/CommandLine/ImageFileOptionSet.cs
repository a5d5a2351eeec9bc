using System.CommandLine;
using MaaS.Training.Data.Streams;
using MaaS.Training.Images;
using MaaS.Training.Images.Pipelines;
using static MaaS.Cli.CommandLine.OptionKinds;

namespace MaaS.Cli.CommandLine;

/// <summary>The options that name image files of one's own, and say how they are read and learned from.</summary>
internal sealed class ImageFileOptionSet
{
    private const string All = "all";

    private static readonly ImageModelOptions Default = new();

    private readonly Option<DirectoryInfo?> _folder = new("--images")
    {
        Description =
            "Your own pictures: a folder of JPEG, PNG, WebP, BMP or GIF files for each class; or folders train, test "
            + "and val (the last two may be missing) of such folders.",
        HelpName = "folder",
    };

    private readonly Option<FileInfo?> _csv = new("--images-csv")
    {
        Description =
            "Your own pictures, as a .csv with a header and a path and a class a row; paths are relative to it. "
            + "--label names the column of the class.",
        HelpName = "file",
    };

    private readonly Option<string> _column = new("--image-column")
    {
        Description = "The column of --images-csv with the path.",
        HelpName = "name",
        DefaultValueFactory = _ => new ImageCsvColumns().Path,
    };

    private readonly Option<int?> _size = new("--size")
    {
        Description = "Pictures: height and width that the network sees, of the middle; 224 with --from, 64 without.",
        HelpName = "pixels",
    };

    private readonly Option<int> _channels = Number("--channels", "Pictures: 1 for grey, 3 for colour.", 3);

    private readonly Option<string> _freeze = new("--freeze")
    {
        Description =
            $"Pictures, with --from: epochs in which the head learns alone, or {All} to leave the rest as it is.",
        HelpName = $"epochs|{All}",
        DefaultValueFactory = _ => $"{Default.FrozenEpochs}",
    };

    private readonly Option<double> _decay = Number(
        "--layer-decay", "Pictures, with --from: learning rate of a stage by that of the next one; 1 for one rate.",
        Default.LayerDecay);

    private readonly Option<bool> _skipBad = new("--skip-bad-images")
    {
        Description = "Leave out pictures that cannot be decoded, and say which.",
    };

    private readonly Option<int> _readers = Number(
        "--readers", "Pictures: threads that decode beside training.", new ReaderOptions().Workers);

    /// <summary>Every option of this set.</summary>
    public IReadOnlyList<Option> Options =>
        [_folder, _csv, _column, _size, _channels, _freeze, _decay, _skipBad, _readers];

    /// <summary>Those that need pretrained weights.</summary>
    public IReadOnlyList<Option> OfPretrained => [_freeze, _decay];

    /// <summary>Those that a pretrained network settles itself.</summary>
    public IReadOnlyList<Option> OfFresh => [_channels];

    /// <summary>Those that name files, and say what happens to bad ones.</summary>
    public IReadOnlyList<Option> Naming => [_folder, _csv, _column, _skipBad];

    public void AddTo(Command command) => Options.AddTo(command);

    /// <summary>Whether the command line names image files.</summary>
    /// <exception cref="UsageException">It names a folder and a CSV.</exception>
    public bool IsAsked(ParseResult result)
        => (result.GetValue(_folder), result.GetValue(_csv)) switch
        {
            (not null, not null) => throw new UsageException(
                "--images-csv: expected none beside --images, which names pictures already."),
            var (folder, csv) => folder is not null || csv is not null,
        };

    /// <summary>Refuses what a folder says for itself, or options for pictures where none are named.</summary>
    /// <exception cref="UsageException">Such an option is given.</exception>
    public void RefuseUnused(ParseResult result)
    {
        if (!IsAsked(result))
        {
            UnusedOptions.Refuse(result, "other data than pictures of one's own", Options);
        }

        if (Folder(result) is not { } folder)
        {
            return;
        }

        var all = result.CommandResult.Command.Options;
        UnusedOptions.Refuse(
            result, "a folder of pictures, whose folders are the classes",
            [_column, .. all.Where(static o => o.Name == "--label")]);
        UnusedOptions.Refuse(
            result, "a folder that is divided already",
            all.Where(o => (o.Name is "--test" or "--split-seed" && ImageParts.HasTest(folder))
                || (o.Name == "--validation" && ImageParts.HasValidation(folder))));
    }

    /// <summary>What the data is called.</summary>
    public string NameOf(ParseResult result)
        => result.GetValue(_csv) is { } csv
            ? Path.GetFileNameWithoutExtension(csv.Name)
            : Path.GetFileName(Path.TrimEndingDirectorySeparator(Folder(result)!));

    /// <summary>Reads every file once, and divides them.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="texts">Names the column of the class, the share that is held back, and its seed.</param>
    /// <param name="channels">Those of a pretrained network; null for what the command line says.</param>
    /// <param name="cancellationToken">Checked before each file.</param>
    /// <exception cref="UsageException">A value is out of its range.</exception>
    public ImageParts Open(
        ParseResult result, TextOptions texts, int? channels, CancellationToken cancellationToken)
    {
        var wanted = channels ?? result.GetValue(_channels);
        if (wanted is not (1 or 3))
        {
            throw new UsageException($"--channels: expected 1 or 3, got {wanted}.");
        }

        var options = Reading(result, texts, wanted) with
        {
            Reader = new ReaderOptions
            {
                Workers = result.GetValue(_readers) is >= 1 and var workers
                    ? workers : throw new UsageException("--readers: expected 1 or more."),
            },
        };
        return result.GetValue(_csv) is { } csv
            ? ImageParts.OpenCsv(csv.FullName, Columns(result, texts), options, cancellationToken)
            : ImageParts.Open(Folder(result)!, options, cancellationToken);
    }

    /// <summary>What to measure a model on, and a line that says which files these are.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="texts">As of <see cref="Open"/>.</param>
    /// <param name="classes">The model's.</param>
    /// <param name="channels">The model's.</param>
    /// <param name="trainedOn">SHA-256 of what it learned from; null where that is not known.</param>
    /// <param name="cancellationToken">Checked before each file.</param>
    public (ImageFolder Images, string Note) OpenToMeasure(
        ParseResult result, TextOptions texts, IReadOnlyList<string> classes, int channels, string? trainedOn,
        CancellationToken cancellationToken)
    {
        var options = Reading(result, texts, channels);
        var (images, unseen) = result.GetValue(_csv) is { } csv
            ? ImagesToMeasure.OpenCsv(
                csv.FullName, Columns(result, texts), classes, trainedOn, options, cancellationToken)
            : ImagesToMeasure.Open(Folder(result)!, classes, trainedOn, options, cancellationToken);
        return (images, unseen
            ? $"{images.Count} pictures that training never saw"
            : $"{images.Count} pictures: this is not the data and split that the model was trained with");
    }

    private ImagePartsOptions Reading(ParseResult result, TextOptions texts, int channels)
    {
        var (_, testShare, seed) = texts.Division(result);
        return new ImagePartsOptions
        {
            Channels = channels,
            TestFraction = testShare,
            SplitSeed = seed,
            OnBadFile = result.GetValue(_skipBad) ? BadSample.LeaveOut : BadSample.Refuse,
        };
    }

    private ImageCsvColumns Columns(ParseResult result, TextOptions texts)
        => new(result.GetRequiredValue(_column), texts.Division(result).Label);

    /// <summary>The network and what it sees.</summary>
    /// <exception cref="UsageException">A value is out of its range.</exception>
    public ImageModelOptions Model(ParseResult result, string architecture, bool augment, bool balanced) => new()
    {
        Architecture = architecture,
        Size = result.GetValue(_size) is null or >= ImageModelOptions.LeastSize
            ? result.GetValue(_size)
            : throw new UsageException($"--size: expected at least {ImageModelOptions.LeastSize}."),
        Augment = augment,
        BalancedClasses = balanced,
        FrozenEpochs = result.GetRequiredValue(_freeze) switch
        {
            All => int.MaxValue,
            var text => int.TryParse(text, out var epochs) && epochs >= 0
                ? epochs : throw new UsageException($"--freeze: expected epochs of 0 or more, or {All}, got '{text}'."),
        },
        LayerDecay = result.GetValue(_decay) is > 0 and <= 1 and var decay
            ? decay : throw new UsageException("--layer-decay: expected above 0 to 1."),
    };

    // Null for a CSV.
    private string? Folder(ParseResult result) => result.GetValue(_folder)?.FullName;
}
