using MaaS.Core.Generation;
using MaaS.Core.Generation.Chat;
using MaaS.Core.Packages;
using MaaS.Onnx;
using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;
using MaaS.Serving.Models;
using MaaS.Text;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.GenAI;

/// <summary>Makes a served language model of a folder of GenAI's model builder.</summary>
internal sealed class GenAIFolderLoader(ModelRunnerFactory runners, IOptions<MaaSServingOptions> options)
    : IFolderLoader
{
    public string Marker => GenAIConfig.FileName;

    public Task<ServedModel> LoadAsync(ModelSource source, CancellationToken cancellationToken)
        => Task.Run(() => Load(source), cancellationToken);

    private ServedModel Load(ModelSource source)
    {
        var config = GenAIConfig.Read(source.Location);
        foreach (var network in Directory.EnumerateFiles(source.Location, "*.onnx", SearchOption.AllDirectories))
        {
            GraphCheck.CheckFile(network);
        }

        var tokenizer = Tokenizer.Load(Path.Combine(source.Location, TextGenerator.TokenizerFile));
        var model = GenAIModel.Load(
            source.Name, source.Location, config.Settings.MaxLength,
            runners.SessionOptions(source.Name, runsAlone: true));
        try
        {
            ThrowIfUnfit(model, tokenizer);
            var manifest = new ModelManifest
            {
                Name = source.Name,
                Task = ModelManifest.TextGeneration,
                Generation = config.Settings,
                Description =
                    $"A {config.Type} model that ONNX Runtime GenAI runs: texts take turns instead of sharing "
                    + $"runs, and equal beginnings are computed anew. No adapters.",
            };
            var (template, fault) = ChatOf(source.Location);
            return new ServedModel(source.Name, source.Version, model: null, manifest, new TextsOnly(source.Name))
            {
                Options = options.Value.For(source.Name),
                ChatTemplate = template,
                ChatFault = fault,
                Generation = runners.CreateGeneration(source.Name, model.Start, model, tokenizer, config.Settings),
            };
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    // A model whose template is not supported continues texts all the same: chats are refused with the reason.
    private static (ChatTemplate? Template, string? Fault) ChatOf(string folder)
    {
        try
        {
            return (ChatTemplate.LoadFolder(folder), null);
        }
        catch (InvalidDataException e)
        {
            return (null, PublicText.WithoutPaths(e.Message));
        }
    }

    // A run on one token tells whether texts are all that the model asks for, and how many tokens it knows.
    private static void ThrowIfUnfit(GenAIModel model, Tokenizer tokenizer)
    {
        try
        {
            using var session = model.Start();
            var vocabulary = session.Append([0]).Length;
            if (tokenizer.VocabSize > vocabulary)
            {
                throw new InvalidDataException(
                    $"{model.Name}: expected a tokenizer of at most {vocabulary} tokens, as many as the model has "
                        + $"logits, got one of {tokenizer.VocabSize}: it is another model's.");
            }
        }
        catch (InferenceException e)
        {
            throw new InvalidDataException($"{model.Name}: expected a model that continues tokens: {e.Message}", e);
        }
    }
}
