using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Cli.Recording;
using MaaS.Cli.Images;
using MaaS.Cli.Tabular;
using MaaS.Training.Evaluation;
using MaaS.Training.Fitting;
using MaaS.Training.Fitting.Processes;
using MaaS.Training.Images.Pipelines;
using MaaS.Training.Models;
using MaaS.Training.Pipelines;
using MaaS.Training.Reports;

namespace MaaS.Cli.Commands;

/// <content>Images: data sets in memory, and files.</content>
internal sealed partial class TrainCommand
{
    private void TrainOnImageFiles(ParseResult result, IProcessGroup processes, CancellationToken cancellationToken)
    {
        RefuseForImageFiles(result);
        var from = FineTunes(result) ? _pretrained.From(result) : null;
        var architecture = from is null
            ? Architecture(result, ModelCatalog.Images, "convnet") : BasicResNet.CatalogName;
        var dataName = TabularTraining.ModelName(_images.NameOf(result));
        var read = _training.Read(result, from is null ? ImageTraining.DefaultTraining : ImageTraining.FineTuning);
        var options = Recorded(ProcessShare.Of(read with { Augmentation = null }, processes));
        var model = _images.Model(
            result, architecture, augment: read.Augmentation is not null, _textModel.Balanced(result) ?? false);
        var output = Output(result, architecture, dataName);
        EnsureWritable(output, options, processes);
        DeviceChoice.Resolve(options.Device);
        using var start = from is null ? null : PretrainedImages.Open(from);
        var parts = _images.Open(result, _texts, start?.Channels, cancellationToken);
        if (processes.Rank == 0)
        {
            LeftOutLines.Write(parts.LeftOut, "pictures");
        }

        ImageFileTraining.Run(start, dataName, parts, model, options, output, cancellationToken);
    }

    private void RefuseForImageFiles(ParseResult result)
    {
        if (!_textModel.IsImage(result))
        {
            throw new UsageException($"--task: expected {TextModelOptionSet.ImageTask} for --images.");
        }

        UnusedOptions.Refuse(
            result, "pictures of one's own",
            [
                .. _tabular.All,
                .. _texts.All.Where(static o => o.Name is not ("--label" or "--test" or "--split-seed")),
                .. _textModel.All.Where(static o => o.Name is not ("--task" or "--class-weights")),
                .. Options.Where(static o => o.Name is "--pooling" or "--data" or "--data-dir"),
            ]);
        _images.RefuseUnused(result);
        if (_pretrained.From(result) is null)
        {
            UnusedOptions.Refuse(result, "pictures without --from", _images.OfPretrained);
        }
        else
        {
            UnusedOptions.Refuse(result, "--from, whose network says it", _images.OfFresh);
        }
    }

    private void TrainOnImages(ParseResult result, IProcessGroup processes, CancellationToken cancellationToken)
    {
        if (_pretrained.From(result) is { } from)
        {
            throw new UsageException(
                $"--from: expected texts (--csv FILE or --data {TextOptions.SpamAssassinName}) or pictures (--images "
                    + $"FOLDER) to train {from} on; images of these data sets are too small for pre-trained "
                    + "networks.");
        }

        UnusedOptions.Refuse(
            result, "images",
            [
                .. _tabular.All, .. _images.Options, .. _texts.All,
                .. _textModel.All.Where(static o => o.Name != "--task"),
                .. Options.Where(static o => o.Name == "--pooling"),
            ]);
        var architecture = Architecture(result, ModelCatalog.Images, "convnet");
        var dataName = result.GetRequiredValue(_data.Name);
        var output = Output(result, architecture, dataName);

        // The stations of docs/architecture.md. 1: options, and whether the result can be written.
        var options = Recorded(ProcessShare.Of(_training.Read(result), processes));
        EnsureWritable(output, options, processes);
        DeviceChoice.Resolve(options.Device);
        // 2: the data, its test set held apart.
        using var data = _data.Load(result);
        Console.WriteLine(
            $"{architecture} on {dataName}: {data.Train.Count} training images, {data.Test.Count} test images");

        // 3: the network by name. 4: epochs, and the best weights of them.
        var recorder = new RunRecorder(new ConsoleProgress());
        var (model, training) = TrainedModel.Train(
            architecture, dataName, data.Train, options, recorder, cancellationToken);
        using (model)
        {
            if (processes.Rank > 0)
            {
                return;
            }

            // 6: one file. 7 and 8 are `maas export`: to ONNX, and into a package.
            model.Save(output.Model);
            Console.WriteLine($"trained in {training.Seconds:0.0} s ({training.Plan})"
                + (training.StoppedEarly ? $", stopped early, weights of epoch {training.BestEpoch}" : ""));
            Console.WriteLine();
            // 5: on images that training never saw.
            var evaluated = Evaluator.Evaluate(model.Module, data.Test, cancellationToken: cancellationToken);
            Console.WriteLine(evaluated);
            output.Record(evaluated);
            if (output.Report is not null)
            {
                ImageRunReport.Write(model, training, recorder, data, output, cancellationToken);
            }
        }

        Console.WriteLine($"written to {output.Model}");
    }
}
