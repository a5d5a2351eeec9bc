using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Training;
using MaaS.Training.Evaluation;
using MaaS.Training.Models;

namespace MaaS.Cli.Commands;

/// <summary><c>maas train</c>: a model of the catalogue on a data set, into one file.</summary>
internal sealed class TrainCommand : VerbCommand
{
    private readonly DataOptions _data = new("mnist");
    private readonly TrainingOptions _training = new();
    private readonly Option<FileInfo?> _output = new("--output", "-o")
    {
        Description = "Where the trained model goes; models/MODEL-DATA.safetensors without it.",
        HelpName = "file.safetensors",
    };

    public TrainCommand()
        : base("train", "Trains a model, measures it on the held-back test set and writes it to a file.")
    {
        _data.AddTo(this);
        _training.AddTo(this);
        Options.Add(_output);
    }

    public override IReadOnlyList<(string CommandLine, string Purpose)> Examples =>
    [
        ("maas train --model convnet --data fashion-mnist --epochs 5", "Clothes, 60,000 images of them."),
        ("maas train --model resnet --data mnist --schedule one-cycle --learning-rate 0.01 --augment", "Digits, more accurate and slower."),
        ("maas train --model mlp --data mnist --data-dir ~/mnist --optimizer sgd", "Your own copy of the full MNIST."),
        ("maas train --epochs 20 --checkpoint run.ckpt --resume", "Go on where the same command was interrupted, or start."),
    ];

    protected override Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var architecture = result.GetRequiredValue(_training.Model);
        var dataName = result.GetRequiredValue(_data.Name);
        var output = result.GetValue(_output)?.FullName ?? Path.GetFullPath($"models/{architecture}-{dataName}.safetensors");
        if (!output.EndsWith(TrainedModel.Extension, StringComparison.OrdinalIgnoreCase) || Directory.Exists(output))
        {
            throw new UsageException($"--output: expected a file that ends in {TrainedModel.Extension}, got '{output}'.");
        }

        // What can fail fails before the work: minutes of training must not end in a folder that cannot be made.
        var options = _training.Read(result);
        DeviceChoice.Resolve(options.Device);
        using var data = _data.Load(result);
        Directory.CreateDirectory(Path.GetDirectoryName(output)!);
        Console.WriteLine($"{architecture} on {dataName}: {data.Train.Count} training images, {data.Test.Count} test images");

        var (model, training) = TrainedModel.Train(architecture, dataName, data.Train, options, new ConsoleProgress(), cancellationToken);
        using (model)
        {
            model.Save(output);
            Console.WriteLine($"trained in {training.Seconds:0.0} s ({training.Plan})"
                + (training.StoppedEarly ? $", stopped early, weights of epoch {training.BestEpoch}" : ""));
            Console.WriteLine();
            Console.WriteLine(Evaluator.Evaluate(model.Module, data.Test, cancellationToken: cancellationToken));
        }

        Console.WriteLine($"written to {output}");
        return Task.FromResult(ExitCode.Success);
    }
}
