using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MaaS.Core.Packages;
using MaaS.Text;
using MaaS.Training.Models.Transformers;
using Template = MaaS.Core.Generation.Chat.ChatTemplate;

namespace MaaS.Training.Checkpoints;

/// <summary>A language model that somebody has trained already, with its tokenizer, its chat template and what ends its
/// texts: a checkpoint's folder.</summary>
public sealed class PretrainedDecoder : IDisposable
{
    /// <summary>Name of the file that says what ends a text.</summary>
    internal const string GenerationConfigFile = "generation_config.json";

    /// <summary>Its member with one id or several.</summary>
    internal const string EndKey = "eos_token_id";

    private PretrainedDecoder(
        string name, CausalLanguageModel model, CheckpointReport report, Tokenizer tokenizer)
        => (Name, Model, Report, Tokenizer) = (name, model, report, tokenizer);

    /// <summary>The folder's name.</summary>
    public string Name { get; }

    /// <summary>The network, in evaluation mode; owned by this object.</summary>
    public CausalLanguageModel Model { get; }

    /// <summary>How the weights fitted.</summary>
    public CheckpointReport Report { get; }

    /// <summary>Gives the ids that the network was trained with.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>What is in <c>tokenizer_config.json</c>, a template that stands beside it included; null where there is
    /// neither.</summary>
    public string? TokenizerConfig { get; private init; }

    /// <summary>Tokens that end a text, as <c>generation_config.json</c>, else <c>config.json</c> says.</summary>
    public IReadOnlyList<string> StopTokens { get; private init; } = [];

    /// <summary>Whether a folder describes a language model of a family that is read.</summary>
    public static bool IsFolder(string path)
    {
        var file = Path.Combine(path, ModelConfig.FileName);
        return File.Exists(file) && DecoderCheckpoint.ModelTypes.Contains(Text(Json(file), "model_type") ?? "");
    }

    /// <summary>Reads sizes, weights and tokenizer.</summary>
    /// <param name="folder">Holds <c>config.json</c>, the weights and the tokenizer.</param>
    /// <exception cref="FileNotFoundException">A file is missing, a part of the weights among them.</exception>
    /// <exception cref="InvalidDataException">A file is damaged or describes another kind of model, keys or shapes do
    /// not fit, or the tokenizer belongs to another model.</exception>
    public static PretrainedDecoder Open(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return Read(folder, Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))));
    }

    private static PretrainedDecoder Read(string folder, string name)
    {
        var tokenizer = CheckpointTokenizer.Load(folder);
        var (model, report) = DecoderCheckpoint.Load(folder);
        try
        {
            if (tokenizer.VocabSize > model.Vocabulary)
            {
                throw new InvalidDataException(
                    $"{folder}: expected a tokenizer of at most {model.Vocabulary} tokens, as config.json says, got "
                        + $"{tokenizer.VocabSize}; it belongs to another model.");
            }

            return new PretrainedDecoder(name, model, report, tokenizer)
            {
                TokenizerConfig = Settings(folder)?.ToJsonString(),
                StopTokens = Stops(folder, tokenizer),
            };
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Opens a folder, or a package that is a checkpoint as well, as training makes them.</summary>
    /// <param name="path">A checkpoint's folder, a package's folder or a <c>.maas</c> file.</param>
    /// <param name="cancellationToken">Stops between two blocks.</param>
    /// <exception cref="InvalidDataException">As <see cref="Open"/>; or the package has no weights to
    /// train.</exception>
    /// <exception cref="FileNotFoundException">There is no such path, or a file is missing.</exception>
    public static async Task<PretrainedDecoder> OpenAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path) && !File.Exists(Path.Combine(path, "manifest.json")))
        {
            return Open(path);
        }

        using var package = await ModelPackage.OpenAsync(path, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        var weights = package.Manifest.Files.Keys.Where(static f => f.EndsWith(".safetensors", StringComparison.Ordinal)
            && !f.Contains('/', StringComparison.Ordinal)).ToList();
        if (weights.Count == 0 || !package.Manifest.Files.ContainsKey(ModelConfig.FileName))
        {
            throw new InvalidDataException(
                $"{path}: expected a language model's package with {ModelConfig.FileName} and weights to train, as "
                    + "'maas train' makes it, found a network alone; give the checkpoint's folder that it was made "
                    + "of.");
        }

        var copy = Directory.CreateTempSubdirectory("maas-");
        try
        {
            foreach (var file in package.Manifest.Files.Keys.Where(f => weights.Contains(f)
                || f.EndsWith(".json", StringComparison.Ordinal))
                .Where(static f => !f.Contains('/', StringComparison.Ordinal)))
            {
                var target = File.Create(Path.Combine(copy.FullName, file));
                await using (target.ConfigureAwait(false))
                {
                    await package.CopyFileAsync(file, target, cancellationToken).ConfigureAwait(false);
                }
            }

            return Read(copy.FullName, package.Manifest.Name);
        }
        finally
        {
            copy.Delete(recursive: true);
        }
    }

    /// <summary>How messages become one text; null where the model is none for chats.</summary>
    /// <exception cref="InvalidDataException">The template is damaged or not supported.</exception>
    public Template? ChatTemplate()
        => TokenizerConfig is { } settings ? Template.FromConfig(Encoding.UTF8.GetBytes(settings)) : null;

    /// <summary>Frees the network.</summary>
    public void Dispose() => Model.Dispose();

    private static JsonObject? Settings(string folder)
    {
        var (file, template) = (
            Path.Combine(folder, Template.ConfigFile), Path.Combine(folder, Template.TemplateFile));
        var settings = File.Exists(file) ? Json(file) : null;
        if (File.Exists(template))
        {
            settings ??= [];
            settings["chat_template"] = File.ReadAllText(template);
        }

        return settings;
    }

    // One id or a list; ids beyond the tokenizer fill up the table of vectors and are never meant.
    private static List<string> Stops(string folder, Tokenizer tokenizer)
    {
        var (generation, config) = (
            Path.Combine(folder, GenerationConfigFile), Path.Combine(folder, ModelConfig.FileName));
        var value = (File.Exists(generation) ? Json(generation)[EndKey] : null) ?? Json(config)[EndKey];
        try
        {
            long[] ids = value switch
            {
                null => [],
                JsonArray several =>
                    [.. several.Select(static id => (id ?? throw new FormatException()).GetValue<long>())],
                _ => [value.GetValue<long>()],
            };
            return [.. ids.Where(static id => id is >= 0 and <= int.MaxValue)
                .Select(id => tokenizer.IdToToken((int)id)).OfType<string>()];
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            throw new InvalidDataException(
                $"{folder}: expected {EndKey} as a number or a list of them, got {value!.ToJsonString()}.", e);
        }
    }

    private static string? Text(JsonObject json, string key)
        => json[key] is JsonValue value && value.GetValueKind() == JsonValueKind.String
            ? value.GetValue<string>() : null;

    private static JsonObject Json(string file)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllBytes(file)) as JsonObject
                ?? throw new InvalidDataException($"{file}: expected a JSON object.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{file}: expected a JSON object: {e.Message}", e);
        }
    }
}
