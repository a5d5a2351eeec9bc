using System.CommandLine;
using System.Text;
using MaaS.Cli.CommandLine;
using MaaS.Cli.Terminal;
using MaaS.Cli.Text;
using MaaS.Core.Generation;
using MaaS.Core.Packages;
using MaaS.Training.Images.Pipelines;
using MaaS.Training.Pipelines;

namespace MaaS.Cli.Commands;

/// <summary><c>maas predict</c>: one image or text through a package.</summary>
internal sealed class PredictCommand : VerbCommand
{
    private readonly Argument<FileSystemInfo> _model = new("model") { Description = "A package (.maas or folder)." };
    private readonly Argument<string?> _text = new("text")
    {
        Description = "Of a text classifier or a language model: the text, or - for standard input.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly DataOptions _data = new("mnist");
    private readonly Option<int> _index = new("--index")
    {
        Description = "Position in the test set.",
        HelpName = "number",
    };
    private readonly Option<FileInfo?> _pixels = new("--pixels")
    {
        Description = "A file with the image's raw bytes (C·H·W, 0 to 255) instead of --data and --index.",
        HelpName = "file",
    };

    private readonly Option<FileInfo?> _image = new("--image")
    {
        Description = "A JPEG, PNG, WebP, BMP or GIF file instead of --data and --index, sized as a server does it.",
        HelpName = "file",
    };

    private readonly GenerationOptionSet _generation = new();

    public PredictCommand()
        : base("predict", "Shows an image and what a packaged model says of it, classifies a text, or continues one.")
    {
        Arguments.Add(_model);
        Arguments.Add(_text);
        _data.AddTo(this);
        Options.Add(_index);
        Options.Add(_pixels);
        Options.Add(_image);
        _generation.AddTo(this);
    }

    public override IReadOnlyList<(string CommandLine, string Purpose)> Examples =>
    [
        ("maas predict artifacts/demo/digits.maas --index 7", "The eighth test digit."),
        ("convert digit.png -colorspace gray -resize 28x28! -depth 8 gray:digit.raw && maas predict digits.maas "
            + "--pixels digit.raw",
            "Your own picture: white on black."),
        ("maas predict flowers.maas --image rose.jpg", "Any picture."),
        ("maas predict spam.maas \"You have won a prize\"", "A text."),
        ("maas predict spam.maas - < mail.txt", "A mail with its headers, from a file."),
        ("maas predict story.maas \"Once upon\" --max-tokens 100 --seed 1", "Goes on writing."),
    ];

    private Option[] OfDataSets => [_index, _data.Name, _data.Directory];

    private Option[] OfImages => [_pixels, _image, .. OfDataSets];

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var path = result.GetRequiredValue(_model).FullName;
        if (path.EndsWith(TrainedClassifier.Extension, StringComparison.OrdinalIgnoreCase))
        {
            throw new UsageException(
                $"model: expected a package (.maas or folder), got the trained model '{path}'; maas export makes a "
                    + "package of it.");
        }

        if (await TextModelFile.IsTextAsync(path, cancellationToken))
        {
            UnusedOptions.Refuse(result, "a model of texts", [.. OfImages, .. _generation.All]);
            return await PredictTextAsync(
                path, await ReadTextAsync(result, "to classify", cancellationToken), cancellationToken);
        }

        if (await TextModelFile.IsGeneratorAsync(path, cancellationToken))
        {
            UnusedOptions.Refuse(result, "a language model", OfImages);
            var prompt = await ReadTextAsync(result, "to continue", cancellationToken);
            return await GenerateAsync(path, prompt, _generation.Read(result), cancellationToken);
        }

        using var classifier = await ImageClassifier.OpenAsync(path, cancellationToken: cancellationToken);
        UnusedOptions.Refuse(result, "a model of images", _generation.All);
        if (result.GetValue(_text) is not null)
        {
            throw new UsageException(
                "text: expected none for a model of images, which it has no effect on; --image FILE names a picture.");
        }

        if (result.GetValue(_image) is { } picture)
        {
            return PredictPicture(result, classifier, picture.FullName);
        }

        var file = result.GetValue(_pixels);
        if (file is not null)
        {
            UnusedOptions.Refuse(result, "--pixels", OfDataSets);
        }

        var (pixels, truth) = file is null
            ? TestImage(result) : (await File.ReadAllBytesAsync(file.FullName, cancellationToken), null);
        var probabilities = classifier.Predict(pixels);
        foreach (var line in DigitArt.Lines(
            pixels, (int)classifier.InputShape[^1], colour: !Console.IsOutputRedirected))
        {
            Console.WriteLine(line);
        }

        foreach (var line in ProbabilityBars.Lines(probabilities))
        {
            Console.WriteLine(line);
        }

        Console.WriteLine(
            $"predicted {probabilities.MaxBy(p => p.Value).Key}" + (truth is null ? "" : $", labelled {truth}"));
        return ExitCode.Success;
    }

    private int PredictPicture(ParseResult result, ImageClassifier classifier, string picture)
    {
        UnusedOptions.Refuse(result, "--image", [_pixels, .. OfDataSets]);
        var probabilities = classifier.Predict(PackagedImages.Read(classifier, picture));
        foreach (var line in ProbabilityBars.Lines(probabilities))
        {
            Console.WriteLine(line);
        }

        Console.WriteLine($"predicted {probabilities.MaxBy(p => p.Value).Key}");
        return ExitCode.Success;
    }

    private async Task<string> ReadTextAsync(ParseResult result, string purpose, CancellationToken cancellationToken)
        => result.GetValue(_text) switch
        {
            null => throw new UsageException($"text: expected the text {purpose}, or - for standard input."),
            "-" => await ReadInputAsync(cancellationToken),
            var text => text,
        };

    private static async Task<string> ReadInputAsync(CancellationToken cancellationToken)
    {
        using var input = new StreamReader(
            Console.OpenStandardInput(), new UTF8Encoding(false, throwOnInvalidBytes: true));
        try
        {
            return await input.ReadToEndAsync(cancellationToken);
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException(
                "text: expected UTF-8 on standard input, got other bytes; 'iconv -f latin1 -t utf-8' before it "
                    + "converts a mail of one character a byte.", e);
        }
    }

    private static async Task<int> GenerateAsync(
        string path, string prompt, GenerationOptions options, CancellationToken cancellationToken)
    {
        using var generator = await TextGenerator.OpenAsync(path, cancellationToken: cancellationToken);
        Console.Write(prompt);
        await foreach (var piece in generator.GenerateAsync(prompt, options, cancellationToken))
        {
            Console.Write(piece.Text);
        }

        Console.WriteLine();
        return ExitCode.Success;
    }

    private static async Task<int> PredictTextAsync(string path, string text, CancellationToken cancellationToken)
    {
        using var classifier = await TextClassifier.OpenAsync(path, cancellationToken: cancellationToken);
        var probabilities = classifier.Predict(text);
        foreach (var line in ProbabilityBars.Lines(probabilities))
        {
            Console.WriteLine(line);
        }

        Console.WriteLine($"predicted {probabilities.MaxBy(p => p.Value).Key}");
        return ExitCode.Success;
    }

    private (byte[] Pixels, string? Truth) TestImage(ParseResult result)
    {
        using var data = _data.Load(result);
        var index = result.GetValue(_index);
        if (index < 0 || index >= data.Test.Count)
        {
            throw new UsageException($"--index: expected 0 to {data.Test.Count - 1}, got {index}.");
        }

        return (data.Test.Pixels(index), data.Test.Classes[(int)data.Test.LabelValues()[index]]);
    }
}
