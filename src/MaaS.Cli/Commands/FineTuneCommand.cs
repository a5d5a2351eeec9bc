using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Cli.Tabular;
using MaaS.Cli.Text;
using MaaS.Training.Checkpoints;
using MaaS.Training.Data.Text;
using MaaS.Training.Fitting;
using MaaS.Training.Fitting.Callbacks;
using MaaS.Training.Pipelines.Generation;
using MaaS.Training.Reports;

namespace MaaS.Cli.Commands;

/// <summary><c>maas finetune</c>: a language model that goes on learning.</summary>
internal sealed class FineTuneCommand : RecordedVerb
{
    private readonly Argument<string> _model = new("model")
    {
        Description = "A checkpoint's folder (config.json, safetensors, tokenizer), or a package of 'maas train "
            + "--task language-model'.",
    };

    private readonly Option<string?> _text = new("--text")
    {
        Description = "Texts to go on with: a file (.txt, .md, or .jsonl with a member 'text' a line), or a folder of "
            + "them.",
        HelpName = "path",
    };

    private readonly Option<FileInfo?> _chat = new("--chat")
    {
        Description = "Conversations to learn from, an object a line: "
            + "{\"messages\": [{\"role\": …, \"content\": …}, …]}; the assistant's tokens count alone.",
        HelpName = "file.jsonl",
    };

    private readonly Option<int?> _context = new("--context")
    {
        Description = "Most tokens of an example; 512, or the model's longest where that is less, without it.",
        HelpName = "number",
    };

    private readonly Option<double> _test = OptionKinds.Number(
        "--test", "Share of texts or conversations that is held back.", new FineTuningOptions().HeldBack);

    private readonly Option<FileInfo?> _output = new("--output", "-o")
    {
        Description = "The package, with the matrices merged: a .maas file, or a folder, as weights of 2 GiB and more "
            + "need; models/MODEL-DATA.maas without it.",
        HelpName = "path",
    };

    private readonly Option<FileInfo?> _report = new("--report")
    {
        Description = "The page that tells of the run; beside the package without it.",
        HelpName = "file.html",
    };

    private readonly TrainingOptions _training = new();
    private readonly LoraOptionSet _lora = new();

    public FineTuneCommand()
        : base("finetune", "Trains a language model further, on texts or on conversations, and packs it.")
    {
        Arguments.Add(_model);
        new Option[] { _text, _chat, _context, _test }.AddTo(this);
        _lora.AddTo(this);
        _training.AddToLanguageModel(this, DecoderFineTuning.DefaultTraining);
        Options.Add(_output);
        Options.Add(_report);
    }

    public override IReadOnlyList<(string CommandLine, string Purpose)> Examples =>
    [
        ("maas finetune SmolLM2-135M-Instruct --lora --chat support.jsonl -o support.maas",
            "Small matrices on your own conversations, merged and packed."),
        ("maas finetune models/llama-novel.maas --chat answers.jsonl",
            "A small model of your own learns to answer: all of its weights."),
        ("maas finetune SmolLM2-135M --lora --text manuals --target-modules q_proj,k_proj,v_proj,o_proj --rank 16 "
            + "--adapter manuals-lora", "Texts of a folder; the matrices are kept as PEFT reads them."),
    ];

    protected override string RunName(ParseResult result) => FileName(result.GetRequiredValue(_model));

    protected override async Task<int> WorkAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var (text, chat) = (result.GetValue(_text), result.GetValue(_chat));
        if (text is null == chat is null)
        {
            throw new UsageException(
                $"--text: expected texts or --chat conversations, got {(text is null ? "neither" : "both")}.");
        }

        var path = result.GetRequiredValue(_model);
        var data = TabularTraining.ModelName(FileName(text ?? chat!.FullName));
        var options = _training.ReadLanguageModel(result, DecoderFineTuning.DefaultTraining);
        var tuning = new FineTuningOptions
        {
            Lora = _lora.Read(result),
            AdapterFolder = _lora.Adapter(result),
            Context = result.GetValue(_context),
            HeldBack = result.GetValue(_test) is > 0 and < 1 and var share
                ? share : throw new UsageException("--test: expected a share above 0 and below 1."),
        };
        var output = LanguageModelLines.Output(
            result.GetValue(_output)?.FullName
                ?? Path.GetFullPath($"models/{TabularTraining.ModelName(FileName(path))}-{data}.maas"),
            result.GetValue(_report)?.FullName, CommandText.Of(result), Run);
        output.EnsureWritable(options);
        DeviceChoice.Resolve(options.Device);
        if (Run is not null)
        {
            options = options with { Callbacks = [new RunLogCallback(Run)] };
        }

        using var start = await PretrainedDecoder.OpenAsync(path, cancellationToken);
        OptionKinds.Checked(() =>
        {
            start.Model.ThrowIfTooLarge(output.Model);
            return true;
        });
        Console.WriteLine(
            $"{start.Name}: {start.Model.parameters().Sum(static p => p.numel()):n0} weights, {start.Model.Layers} "
                + "layers" + (tuning.Lora is { } lora
                    ? $"; LoRA of rank {lora.Rank} on {string.Join(", ", lora.Targets)}" : ""));
        var recorder = new RunRecorder(new ConsoleProgress());
        var trained = OptionKinds.Checked(() => text is not null
            ? DecoderFineTuning.FineTune(
                start, LanguageCorpus.Read(text), tuning, options, recorder, cancellationToken)
            : DecoderFineTuning.FineTune(
                start, ChatCorpus.Read(chat!.FullName), tuning, options, recorder, cancellationToken));
        await LanguageModelLines.WriteAsync(
            trained, $"{start.Name} on {data}", data, recorder, output, cancellationToken);
        if (trained.AdapterFailure is { } failure)
        {
            await Console.Error.WriteLineAsync(
                $"maas: the package is whole, the adapters could not be written to {tuning.AdapterFolder}: "
                    + failure.Message);
            return ExitCode.Failure;
        }

        if (tuning.AdapterFolder is { } folder)
        {
            Console.WriteLine($"adapters in {folder}");
        }

        return ExitCode.Success;
    }

    private static string FileName(string path)
        => Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(path));
}
