using System.CommandLine;
using System.Text;
using MaaS.Cli.CommandLine;
using MaaS.Cli.Recording;
using MaaS.Core.Generation;
using MaaS.Core.Generation.Chat;
using MaaS.Core.Generation.Quantization;
using MaaS.Core.Packages;
using MaaS.Onnx.Quantization.WeightOnly;
using MaaS.Text;
using MaaS.Training.Data.Text;
using MaaS.Training.Pipelines;
using MaaS.Training.Pipelines.Generation;

namespace MaaS.Cli.Commands;

/// <content>Language models: weights in 8 or 4 bits, judged by perplexity and speed.</content>
internal sealed partial class QuantizeCommand
{
    private const string HalfCache = "fp16";

    // No mode of the option's: weights stay as they are.
    private const string CacheAlone = "fp16-cache";

    private static async Task<bool> IsLanguageModelAsync(string source, CancellationToken cancellationToken)
        => (source.EndsWith(".maas", StringComparison.OrdinalIgnoreCase)
                || File.Exists(Path.Combine(source, "manifest.json")))
            && (await ModelPackage.ReadManifestAsync(source, cancellationToken: cancellationToken)) is
            {
                Task: ModelManifest.TextGeneration,
            };

    private async Task<int> QuantizeLanguageModelAsync(
        ParseResult result, string source, CancellationToken cancellationToken)
    {
        UnusedOptions.Refuse(result, "a language model", Options.Except([
            _scheme.Mode, _scheme.Bits, _scheme.Exclude, _data.Name, _chat, _cache, _perplexity, _speedup, _anyway,
            _output, .. Recording]));
        var halfCache = result.GetRequiredValue(_cache) == HalfCache;
        var mode = _scheme.ModeOf(result, halfCache ? CacheAlone : "int8");
        if (mode is not ("int8" or "int4" or CacheAlone))
        {
            throw new UsageException($"--mode: expected int8 or int4 for a language model, got {mode}.");
        }

        var data = result.GetResult(_data.Name) is { Implicit: false } ? result.GetRequiredValue(_data.Name) : null;
        if (data is not null && !File.Exists(data))
        {
            throw new UsageException($"--data: expected a file of text for a language model, got '{data}'.");
        }

        var chat = result.GetValue(_chat);
        if (chat is not null && data is not null)
        {
            throw new UsageException("expected --data or --chat, got both: a model is compared on one of them.");
        }

        var options = new LanguageModelQuantizerOptions
        {
            Weights = mode == CacheAlone ? null : new WeightOnlyQuantizerOptions
            {
                Bits = mode == "int8" ? 8 : 4,
                Embeddings = false,
                ExcludedNodes = result.GetRequiredValue(_scheme.Exclude).ToHashSet(StringComparer.Ordinal),
            },
            HalfCache = halfCache,
            MaxPerplexityRise = result.GetValue(_perplexity),
            MinSpeedup = result.GetValue(_speedup),
            AcceptAnyway = result.GetValue(_anyway),
        };
        OptionKinds.Checked(() =>
        {
            options.Validate();
            return true;
        });
        var output = Output(result, source, mode);
        var network = await NetworkFile.OpenAsync(source, cancellationToken);
        var quantizer = new LanguageModelQuantizer(options);
        var settings = network.Manifest.Generation ?? throw new InvalidDataException(
            $"{source}: expected generation settings in the manifest, found none.");
        LanguageModelQuantizationResult quantized;
        if (chat is not null)
        {
            var examples = await ReadAnswersAsync(network, settings, source, chat.FullName, cancellationToken);
            await Console.Out.WriteLineAsync(
                $"compared on the answers in {chat}, which the model should not have been trained on");
            quantized = OptionKinds.Checked(() => quantizer.Run(network.Model, settings, examples, cancellationToken));
        }
        else
        {
            var text = data is null ? null : await ReadAsync(network, source, data, cancellationToken);
            await Console.Out.WriteLineAsync(data is null
                ? "compared on texts that the float model writes itself; --data FILE compares on a text of yours, "
                    + "--chat FILE on answers"
                : $"compared on {data}, which the model should not have been trained on");
            quantized = OptionKinds.Checked(() => quantizer.Run(network.Model, settings, text, cancellationToken));
        }

        var report = quantized.Report;
        Console.Write(report);
        Run?.Report(report);
        if (!report.Accepted)
        {
            await Console.Error.WriteLineAsync(
                "maas: nothing was written; --accept-anyway writes the quantized network all the same.");
            return ExitCode.Failure;
        }

        await network.SaveAsync(output, quantized.Model, report.Scheme, report.Metrics, cancellationToken);
        Run?.Artifact(File.Exists(output) ? output : Path.Combine(output, "manifest.json"));
        Console.WriteLine($"written to {output}");
        return ExitCode.Success;
    }

    private static Tokenizer TokenizerOf(NetworkFile network, string source)
        => network.Files.TryGetValue(TextPreprocessing.TokenizerFile, out var json)
            ? Tokenizer.FromJson(json) : throw new InvalidDataException(
                $"{source}: expected {TextPreprocessing.TokenizerFile} in the package, found none.");

    private static async Task<IReadOnlyList<TokenExample>> ReadAnswersAsync(
        NetworkFile network, GenerationSettings settings, string source, string file,
        CancellationToken cancellationToken)
    {
        using var package = await ModelPackage.OpenAsync(source, cancellationToken: cancellationToken);
        var template = await ChatTemplate.OfPackageAsync(package, cancellationToken) ?? throw new InvalidDataException(
            $"{source}: expected a chat model for --chat, with a chat template; this one only continues texts.");
        var (examples, leftOut, cut) = ChatExamples.Of(
            ChatCorpus.Read(file).Conversations, template, TokenizerOf(network, source),
            (int)Math.Min(settings.MaxLength - 1, int.MaxValue - 1));
        if (leftOut + cut > 0)
        {
            await Console.Error.WriteLineAsync(
                $"maas: of {file}, {leftOut} conversations have no answer within {settings.MaxLength} tokens, the "
                    + $"model's longest text, and {cut} are cut there.");
        }

        return examples;
    }

    private static async Task<long[]> ReadAsync(
        NetworkFile network, string source, string file, CancellationToken cancellationToken)
    {
        var tokenizer = TokenizerOf(network, source);
        try
        {
            return tokenizer.EncodeWhole(await File.ReadAllTextAsync(
                file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true),
                cancellationToken));
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException($"{file}: expected a text in UTF-8: {e.Message}", e);
        }
    }
}
