using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Cli.Tabular;
using MaaS.Cli.Text;
using MaaS.Training.Data.Text;
using MaaS.Training.Fitting;
using MaaS.Training.Fitting.Processes;
using MaaS.Training.Pipelines.Generation;
using MaaS.Training.Reports;

namespace MaaS.Cli.Commands;

/// <content>Language models from texts.</content>
internal sealed partial class TrainCommand
{
    private async Task TrainLanguageModelAsync(
        ParseResult result, IProcessGroup processes, CancellationToken cancellationToken)
    {
        UnusedOptions.Refuse(
            result, "a language model",
            [
                .. _tabular.All, .. _images.Options, .. _texts.All.Except(_texts.OfLanguageModels),
                .. _textModel.All.Except(_textModel.OfLanguageModels), .. _training.NotOfLanguageModels,
                .. Options.Where(static o => o.Name is "--data" or "--data-dir" or "--from" or "--pooling"),
            ]);
        var (path, share, seed) = _texts.Language(result);
        var architecture = Model(result);
        var model = _language.Read(
            result, _textModel.Sizes(result, new LanguageModelOptions { Architecture = architecture }));
        var options = Recorded(ProcessShare.Of(
            _training.ReadLanguageModel(result, LanguageModelTraining.DefaultTraining), processes));
        var data = TabularTraining.ModelName(Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(path)));
        var output = LanguageModelLines.Output(
            result.GetValue(_output)?.FullName ?? Path.GetFullPath($"models/{architecture}-{data}.maas"),
            result.GetValue(_report)?.FullName, CommandText.Of(result), Run);
        OptionKinds.Checked(() =>
        {
            model.ThrowIfTooLarge(output.Model);
            return true;
        });
        EnsureWritable(output, options, processes);
        DeviceChoice.Resolve(options.Device);

        var corpus = LanguageCorpus.Read(path);
        var (train, heldBack) = corpus.Split(share, seed);
        Console.WriteLine(
            $"{architecture} on {data}: {train.Characters:n0} characters to learn from, {heldBack.Characters:n0} held "
                + "back");
        var recorder = new RunRecorder(new ConsoleProgress());
        using var trained = OptionKinds.Checked(
            () => LanguageModelTraining.Train(train, heldBack, model, options, recorder, cancellationToken));
        if (processes.Rank == 0)
        {
            await LanguageModelLines.WriteAsync(
                trained, $"{architecture} on {data}", data, recorder, output, cancellationToken);
        }
    }

    private string Model(ParseResult result)
    {
        var name = result.GetResult(_training.Model) is { Implicit: false }
            ? result.GetRequiredValue(_training.Model) : LanguageModelOptions.Llama;
        return LanguageModelOptions.Architectures.Contains(name)
            ? name
            : throw new UsageException(
                $"--model: expected one of {string.Join(", ", LanguageModelOptions.Architectures)} for a language "
                    + $"model, got '{name}'.");
    }
}
