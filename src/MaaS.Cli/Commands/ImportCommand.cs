using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Core.Importing;
using MaaS.Core.Packages;
using MaaS.Serving.Models.Triton;
using MaaS.Training.Checkpoints;
using MaaS.Training.Pipelines.Generation;

namespace MaaS.Cli.Commands;

/// <summary><c>maas import</c>: a foreign model as a package.</summary>
internal sealed class ImportCommand : VerbCommand
{
    private readonly Argument<string> _source = new("source")
    {
        Description = "An .onnx file, a folder of optimum's export (config.json), a checkpoint of a language model "
            + "(config.json and safetensors), or a model's folder of Triton.",
    };

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "A .maas file, or a folder.",
        HelpName = "path",
        Required = true,
    };

    private readonly Option<string?> _name = new("--name")
    {
        Description = "Name under which the model is served; that of the source without it.",
        HelpName = "name",
    };

    private readonly Option<string?> _network = new("--network")
    {
        Description = "Which network of a folder of optimum's, as onnx/model_fp16.onnx; model.onnx without it.",
        HelpName = "file",
    };

    private readonly Option<string?> _description = new("--description")
    {
        Description = "A sentence for people.",
        HelpName = "text",
    };

    private readonly Option<EmbeddingPooling?> _pooling = new("--pooling")
    {
        Description =
            "Makes a sentence encoder of a folder that does not say so itself: 'mean' over the tokens, or the "
            + "'first'.",
        HelpName = "mean|first",
    };

    private readonly Option<bool> _pairs = new("--pairs")
    {
        Description = "Takes a folder's classifier, of one output or two labels, for one that reads a question and a "
            + "document together, for /v1/rerank.",
    };

    private readonly Option<string[]> _adapters = OptionKinds.Several(
        "--adapter",
        "Of a language model's checkpoint: low-rank adapters in PEFT's layout that requests choose by name.",
        "name=folder");

    private readonly Option<string?> _draft = new("--draft")
    {
        Description =
            "Of a language model's checkpoint, or of a package of 'maas train': a small one of the same tokens "
            + "that guesses ahead; texts are the same with it, and come sooner where it is often right.",
        HelpName = "path",
    };

    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Replaces a package there." };

    public ImportCommand()
        : base("import", "Makes a package of a foreign model; it says what the source says, and nothing else.")
    {
        Arguments.Add(_source);
        new Option[]
        {
            _output, _name, _network, _description, _pooling, _pairs, _adapters, _draft, _overwrite,
        }.AddTo(this);
    }

    public override IReadOnlyList<(string CommandLine, string Purpose)> Examples =>
    [
        ("maas import resnet50.onnx -o resnet50.maas", "A network with its names and shapes."),
        ("maas import distilbert-sst2-onnx -o sentiment.maas", "Labels and the tokenizer come along."),
        ("maas import SmolLM2-135M-Instruct -o smol.maas", "A language model's weights, its tokenizer and template."),
        ("maas import SmolLM2-1.7B --draft SmolLM2-135M -o smol.maas", "With a small one that guesses ahead."),
        ("maas import SmolLM2-onnx -o chat.maas", "A language model: the tokenizer, its limit and stop tokens."),
        ("maas import all-MiniLM-L6-v2 -o minilm.maas", "A sentence encoder, for /v1/embeddings."),
        ("maas import ms-marco-MiniLM-L6-v2 -o ranker.maas", "A cross-encoder, for /v1/rerank."),
        ("maas import model_repository/densenet -o densenet.maas", "The newest version of a folder of Triton's."),
    ];

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var (source, output) = (result.GetRequiredValue(_source), result.GetRequiredValue(_output));
        var options = new ImportOptions
        {
            Name = result.GetValue(_name),
            Network = result.GetValue(_network),
            Description = result.GetValue(_description),
            Overwrite = result.GetValue(_overwrite),
            Pooling = result.GetValue(_pooling),
            Pairs = result.GetValue(_pairs),
        };
        var adapters = Adapters(result);
        var draft = result.GetValue(_draft);
        var isChanged = adapters.Count > 0 || draft is not null;
        var isDecoder = isChanged ? PretrainedDecoder.IsFolder(source) || IsPackage(source)
            : PretrainedDecoder.IsFolder(source) && !HasNetwork(source);
        if (options.Network is not null && (isDecoder || File.Exists(source) || TritonImport.IsFolder(source)))
        {
            throw new UsageException("--network: expected a folder of optimum's export, which may have several.");
        }

        if (options.Pooling is { } pooling
            && (pooling == EmbeddingPooling.None || isDecoder || !Directory.Exists(source)
                || TritonImport.IsFolder(source)))
        {
            throw new UsageException("import: expected --pooling mean or first, with the folder of a text encoder.");
        }

        if (options.Pairs && (isDecoder || !Directory.Exists(source) || TritonImport.IsFolder(source)))
        {
            throw new UsageException("--pairs: expected a folder of optimum's export with a classifier.");
        }

        if (isChanged && !isDecoder)
        {
            throw new UsageException(
                $"{(draft is null ? "--adapter" : "--draft")}: expected the checkpoint of a language model "
                    + "(config.json and safetensors), or a package of 'maas train', for it.");
        }

        var imported = await OptionKinds.Checked(() =>
            isDecoder ? DecoderImport.RunAsync(source, output, options, adapters, draft, cancellationToken)
            : File.Exists(source) ? ModelImport.FromOnnxAsync(source, output, options, cancellationToken)
            : TritonImport.IsFolder(source) ? TritonImport.RunAsync(source, output, options, cancellationToken)
            : Directory.Exists(source)
                ? ModelImport.FromHuggingFaceAsync(source, output, options, cancellationToken)
            : throw new UsageException($"import: expected a file or folder, found nothing at '{source}'."));
        var manifest = imported.Manifest;
        Console.WriteLine($"{imported.Path}: {manifest.Name}");
        foreach (var (kind, specs) in new[] { ("in ", manifest.Inputs), ("out", manifest.Outputs) })
        {
            foreach (var spec in specs)
            {
                Console.WriteLine($"  {kind} {spec}");
            }
        }

        if (manifest.Generation is { } generation)
        {
            Console.WriteLine(
                $"  writes texts of at most {generation.MaxLength} tokens, which "
                    + $"[{string.Join(", ", generation.StopTokens)}] end");
        }

        if (manifest.Labels is { } labels)
        {
            Console.WriteLine($"  labels {string.Join(", ", labels.Take(10))}{(labels.Count > 10 ? ", …" : "")}");
        }

        foreach (var note in imported.Notes)
        {
            Console.WriteLine($"  {note}");
        }

        return ExitCode.Success;
    }

    private Dictionary<string, string> Adapters(ParseResult result)
    {
        Dictionary<string, string> adapters = new(StringComparer.Ordinal);
        foreach (var given in result.GetValue(_adapters) ?? [])
        {
            if (given.Split('=', 2) is not [{ Length: > 0 } name, { Length: > 0 } folder]
                || !adapters.TryAdd(name, folder))
            {
                throw new UsageException($"--adapter: expected NAME=FOLDER, each name once, got '{given}'.");
            }
        }

        return adapters;
    }

    private static bool IsPackage(string source)
        => source.EndsWith(".maas", StringComparison.OrdinalIgnoreCase) && File.Exists(source);

    // A network that somebody exported is taken as it is, unless adapters are to be put beside its weights.
    private static bool HasNetwork(string folder)
        => new[] { folder, Path.Combine(folder, "onnx") }.Where(Directory.Exists)
            .Any(static f => Directory.EnumerateFiles(f, "*.onnx").Any());
}
