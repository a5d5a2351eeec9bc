namespace MaaS.Training.Images.Pipelines;

/// <summary>Image files to learn from and to measure on. Every file was read once, so that none fails later.</summary>
public sealed class ImageParts
{
    private ImageParts()
    {
    }

    /// <summary>What to learn from; where <see cref="Validation"/> is null, also what a validation part is drawn
    /// from.</summary>
    public required ImageFolder Train { get; init; }

    /// <summary>What to measure on after each epoch; null where no folder is named <c>val</c>.</summary>
    public required ImageFolder? Validation { get; init; }

    /// <summary>What to measure on in the end.</summary>
    public required ImageFolder Test { get; init; }

    /// <summary>SHA-256 of the contents and classes of <see cref="Train"/>, hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>What is wrong with the files that were left out, each with its path.</summary>
    public required IReadOnlyList<string> LeftOut { get; init; }

    /// <summary>Files that were left out because one with the same bytes is in another part: of <see cref="Train"/> and
    /// <see cref="Validation"/> those that <see cref="Test"/> has, of <see cref="Train"/> also those that
    /// <see cref="Validation"/> has or that are there already.</summary>
    public required int Duplicates { get; init; }

    /// <summary>Those of <see cref="Duplicates"/> that stand under another class.</summary>
    public required int Contradictions { get; init; }

    /// <summary>Mean of the training images' pixels, scaled to 0…1, channel by channel.</summary>
    public required IReadOnlyList<double> Mean { get; init; }

    /// <summary>Their standard deviation, at least 1/255.</summary>
    public required IReadOnlyList<double> Std { get; init; }

    /// <summary>Class names by index.</summary>
    public IReadOnlyList<string> Classes => Train.Classes;

    /// <summary>Whether a folder is divided into folders <c>train</c>, <c>test</c> and <c>val</c> (or <c>valid</c>,
    /// <c>validation</c>), each of which has a folder for each class, and brings what to test on.</summary>
    public static bool HasTest(string folder) => DividedFolder.Of(folder)?.Test is not null;

    /// <summary>Whether a folder is divided likewise and brings what to validate on.</summary>
    public static bool HasValidation(string folder) => DividedFolder.Of(folder)?.Validation is not null;

    /// <summary>Images in a folder for each class, divided by chance, class by class; or in folders of a divided
    /// one, of which those that are missing are drawn from <c>train</c>.</summary>
    /// <param name="folder">As <see cref="ImageFolder.Open"/> takes it, or divided.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancellationToken">Checked before each file.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">There are fewer than two classes, a class is missing in a part, or files
    /// cannot be decoded and are not to be left out: they are named and counted.</exception>
    public static ImageParts Open(
        string folder, ImagePartsOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        options ??= new ImagePartsOptions();
        if (DividedFolder.Of(folder) is not { } divided)
        {
            return Divide(folder, ImageFolder.Open(folder, options.ForFolder()), options, cancellationToken);
        }

        var train = ImageFolder.Open(divided.Train, options.ForFolder());
        var same = options.ForFolder(train.Classes);
        return Join(
            folder, train, divided.Validation is { } val ? ImageFolder.Open(val, same) : null,
            divided.Test is { } test ? ImageFolder.Open(test, same) : null, options, cancellationToken);
    }

    /// <summary>Images that a CSV names, divided by chance, class by class.</summary>
    /// <param name="csv">As <see cref="ImageFolder.OpenCsv"/> takes it.</param>
    /// <param name="columns">Names of the columns; null for <c>path</c> and <c>label</c>.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancellationToken">Checked before each file.</param>
    /// <exception cref="FileNotFoundException">There is no such CSV.</exception>
    /// <exception cref="InvalidDataException">As of <see cref="Open"/>, or a row names no image that is there, or no
    /// class.</exception>
    public static ImageParts OpenCsv(
        string csv, ImageCsvColumns? columns = null, ImagePartsOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new ImagePartsOptions();
        return Divide(csv, ImageFolder.OpenCsv(csv, columns, options.ForFolder()), options, cancellationToken);
    }

    /// <summary>Holds a part of some images back.</summary>
    internal static ImageParts Divide(
        string place, ImageFolder images, ImagePartsOptions options, CancellationToken cancellationToken)
        => Join(place, images, null, null, options, cancellationToken);

    private static ImageParts Join(
        string place, ImageFolder train, ImageFolder? validation, ImageFolder? test, ImagePartsOptions options,
        CancellationToken cancellationToken)
    {
        var seen = new SeenImages();
        // What is held back comes first: of two equal files the one to learn from is left out, and of one to test on
        // and one to validate on, which chooses the epoch, the latter.
        var heldTest = test is null ? null : seen.Take(test, keepEqual: true, cancellationToken);
        var heldValidation = validation is null ? null : seen.Take(validation, keepEqual: true, cancellationToken);
        var taken = seen.Take(train, keepEqual: false, cancellationToken);
        seen.RequireAll(place, options.OnBadFile);
        var learned = taken;
        if (heldTest is null)
        {
            PartCheck.Require(place, taken, options.TestFraction);
            (learned, heldTest) = taken.Split(options.TestFraction, options.SplitSeed);
        }

        PartCheck.Require(place, ("learn from", learned), ("test on", heldTest), ("validate on", heldValidation));
        var survey = seen.SurveyOf(train);
        var (mean, std) = survey.Statistics(learned.Names);
        return new ImageParts
        {
            Train = learned,
            Validation = heldValidation,
            Test = heldTest,
            Sha256 = survey.Sha256(learned),
            LeftOut = seen.Faults,
            Duplicates = seen.Duplicates,
            Contradictions = seen.Contradictions,
            Mean = mean,
            Std = std,
        };
    }
}
