using System.Text.Json;
using System.Text.Json.Nodes;
using MaaS.Text;
using MaaS.Training.Models.Transformers;

namespace MaaS.Training.Checkpoints;

/// <summary>A language model that somebody has trained already, with its tokenizer, its chat template and what ends its
/// texts: a checkpoint's folder.</summary>
public sealed class PretrainedDecoder : IDisposable
{
    /// <summary>Name of the file with the tokenizer's settings, the chat template among them.</summary>
    public const string TokenizerConfigFile = "tokenizer_config.json";

    // Newer folders keep the template beside the settings.
    private const string TemplateFile = "chat_template.jinja", TemplateKey = "chat_template";

    private const string GenerationConfigFile = "generation_config.json", EndKey = "eos_token_id";

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

    /// <summary>How messages become one text; null where the model is none for chats.</summary>
    public string? ChatTemplate { get; private init; }

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
    /// <exception cref="InvalidDataException">A file is damaged or describes another kind of model, keys or shapes do not
    /// fit, or the tokenizer belongs to another model.</exception>
    public static PretrainedDecoder Open(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
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

            var settings = Settings(folder);
            return new PretrainedDecoder(
                Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))), model, report, tokenizer)
            {
                TokenizerConfig = settings?.ToJsonString(),
                ChatTemplate = Template(folder, settings),
                StopTokens = Stops(folder, tokenizer),
            };
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Frees the network.</summary>
    public void Dispose() => Model.Dispose();

    private static JsonObject? Settings(string folder)
    {
        var (file, template) = (Path.Combine(folder, TokenizerConfigFile), Path.Combine(folder, TemplateFile));
        var settings = File.Exists(file) ? Json(file) : null;
        if (File.Exists(template))
        {
            settings ??= [];
            settings[TemplateKey] = File.ReadAllText(template);
        }

        return settings;
    }

    // One text, or several by name, of which "default" is the one for chats.
    private static string? Template(string folder, JsonObject? settings)
        => settings?[TemplateKey] switch
        {
            null => null,
            JsonValue one when one.GetValueKind() == JsonValueKind.String => one.GetValue<string>(),
            JsonArray several when several.OfType<JsonObject>().FirstOrDefault(
                static t => Text(t, "name") == "default") is { } named => Text(named, "template"),
            _ => throw new InvalidDataException(
                $"{Path.Combine(folder, TokenizerConfigFile)}: expected {TemplateKey} as a text, or as a list with one "
                    + "of the name 'default'."),
        };

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
                JsonArray several => [.. several.Select(static id => (id ?? throw new FormatException()).GetValue<long>())],
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
