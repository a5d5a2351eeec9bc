using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Core.Packages;
using MaaS.Training.Data.Text;
using MaaS.Training.Export;
using MaaS.Training.Pipelines;

namespace MaaS.Cli.Commands;

/// <summary><c>maas export</c>: a trained model as ONNX, alone or in a package.</summary>
internal sealed class ExportCommand : VerbCommand
{
    private readonly Argument<FileInfo> _model = new("model") { Description = "A trained model (.safetensors)." };
    private readonly Option<FileSystemInfo?> _output = new("--output", "-o")
    {
        Description =
            "FILE.onnx for the network alone, FILE.maas or a folder for a package; beside the model as .maas without "
            + "it.",
        HelpName = "path",
    };

    private readonly Option<string?> _name = new("--name")
    {
        Description = "Name under which a package is served; the file's name without it.",
        HelpName = "name",
    };

    private readonly Option<string?> _baseline = new("--baseline")
    {
        Description =
            "Data set whose training part a package describes, so that a server can measure drift from it; --csv for "
            + "texts of your own.",
        HelpName = $"mnist|fashion-mnist|{TextOptions.SpamAssassinName}",
    };

    private readonly TextOptions _texts = new();

    public ExportCommand()
        : base("export", "Exports a trained model to ONNX and compares ONNX Runtime's outputs with torch's.")
    {
        Arguments.Add(_model);
        Options.Add(_output);
        Options.Add(_name);
        Options.Add(_baseline);
        _texts.AddTo(this);
    }

    public override IReadOnlyList<(string CommandLine, string Purpose)> Examples =>
    [
        ("maas export models/convnet-mnist.safetensors", "A package that maas serve takes."),
        ("maas export models/transformer-spam-assassin.safetensors -o spam.maas",
            "A text classifier with its tokenizer."),
        ("maas export models/convnet-mnist.safetensors -o digits.onnx", "The network for any ONNX tool."),
        ("maas export models/convnet-mnist.safetensors --baseline mnist",
            "A package whose server tells how far inputs drift from training."),
        ("maas export models/lstm-mails.safetensors --csv mails.csv --text input --label label",
            "The same of your own texts."),
    ];

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var source = result.GetRequiredValue(_model).FullName;
        var output = result.GetValue(_output)?.FullName ?? Path.ChangeExtension(source, ".maas");
        var name = result.GetValue(_name) ?? Path.GetFileNameWithoutExtension(output);
        var asPackage = !output.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase);
        if (asPackage && !ModelNames.IsValid(name))
        {
            throw new UsageException($"--name: expected {ModelNames.Rule}, got '{name}'.");
        }

        var baseline = result.GetValue(_baseline);
        if (!asPackage && (baseline is not null || _texts.IsNamed(result)))
        {
            throw new UsageException($"--baseline, --csv: expected a package to put the baseline in, got '{output}'.");
        }

        OnnxExportResult export;
        if (TrainedTextModel.IsTextModel(source))
        {
            using var model = TrainedTextModel.Load(source);
            var training = TrainingTexts(result, model.Info, baseline, cancellationToken);
            export = model.Export();
            await (
                asPackage
                    ? model.PackAsync(output, name, export, training: training, cancellationToken: cancellationToken)
                    : SaveAsync(export, output));
        }
        else
        {
            if (_texts.IsNamed(result))
            {
                throw new UsageException($"--csv: expected a model of texts, '{source}' is one of images.");
            }

            using var model = TrainedModel.Load(source);
            using var data = baseline is null ? null : DataOptions.Load(baseline);
            export = model.Export();
            await (
                asPackage
                    ? model.PackAsync(
                        output, name, export, training: data?.Train, cancellationToken: cancellationToken)
                            : SaveAsync(export, output));
        }

        Console.WriteLine($"written to {output}: opset {export.Model.Opset}, {export.Model.Graph.Node.Count} nodes; "
            + $"largest difference from torch {export.ParityMaxAbs:0.0e0} over {export.ParityRuns} runs of different "
            + "sizes");
        return ExitCode.Success;
    }

    // What the model learned from; another corpus or split would be no baseline.
    private TextCorpus? TrainingTexts(
        ParseResult result, TrainedTextModelInfo info, string? baseline, CancellationToken cancellationToken)
    {
        if (baseline is not (null or TextOptions.SpamAssassinName))
        {
            throw new UsageException(
                $"--baseline: expected {TextOptions.SpamAssassinName} for a model of texts, or --csv FILE, got "
                    + $"{baseline}.");
        }

        if (baseline is null && !_texts.IsNamed(result))
        {
            return null;
        }

        var (train, _) = _texts.Split(
            result, _texts.Load(result, info.Preprocessing.Cleaning, info.Classes, cancellationToken));
        return train.Sha256() == info.DataHash ? train
            : throw new UsageException(
                "--baseline, --csv: expected the texts and the split that the model was trained with, got others than "
                    + $"those of '{info.Data}'.");
    }

    private static Task SaveAsync(OnnxExportResult export, string path)
    {
        export.Model.Save(path);
        return Task.CompletedTask;
    }
}
