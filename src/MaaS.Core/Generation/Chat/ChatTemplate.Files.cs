using System.Text;
using System.Text.Json;
using MaaS.Core.Packages;

namespace MaaS.Core.Generation.Chat;

/// <content>Where templates stand: in tokenizer_config.json, or beside it.</content>
public sealed partial class ChatTemplate
{
    /// <summary>Name of the file with the template and the special tokens.</summary>
    public const string ConfigFile = "tokenizer_config.json";

    /// <summary>Name of the file that holds nothing but the template; it takes precedence.</summary>
    public const string TemplateFile = "chat_template.jinja";

    private const string DefaultName = "default", WithToolsName = "tool_use";

    private static readonly string[] TokenNames =
        ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    /// <summary>The template of a <c>tokenizer_config.json</c>.</summary>
    /// <param name="config">The file: <c>chat_template</c> is a string, or a list of <c>{name, template}</c> of which
    /// <c>tool_use</c> is taken where tools are given and <c>default</c> otherwise; special tokens such as
    /// <c>bos_token</c> are strings, or objects with <c>content</c>. Null for no file.</param>
    /// <param name="template">What <c>chat_template.jinja</c> holds; null for no file.</param>
    /// <param name="time">The clock of <c>strftime_now</c>; null for the system's.</param>
    /// <returns>Null where there is no template: the model is none for chats.</returns>
    /// <exception cref="InvalidDataException">A file is damaged, or the template is not supported.</exception>
    public static ChatTemplate? FromConfig(
        ReadOnlyMemory<byte>? config, string? template = null, TimeProvider? time = null)
    {
        try
        {
            using var json = config is { } bytes
                ? JsonDocument.Parse(bytes.Span is [0xEF, 0xBB, 0xBF, ..] ? bytes[3..] : bytes) : null;
            if (json is not null && json.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new InvalidDataException($"{ConfigFile}: expected an object, got {json.RootElement.ValueKind}.");
            }

            var tokens = json is null ? [] : Tokens(json.RootElement);
            if (template is not null)
            {
                return Parse(template, tokens, time);
            }

            return json is not null && json.RootElement.TryGetProperty("chat_template", out var given)
                ? OfElement(given, tokens, time) : null;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{ConfigFile}: expected JSON: {e.Message}", e);
        }
    }

    /// <summary>The template of a folder.</summary>
    /// <param name="folder">Has <c>tokenizer_config.json</c> or <c>chat_template.jinja</c>.</param>
    /// <inheritdoc cref="FromConfig" path="/returns"/>
    /// <exception cref="InvalidDataException">A file is damaged, or the template is not supported.</exception>
    public static ChatTemplate? LoadFolder(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var (config, template) = (Path.Combine(folder, ConfigFile), Path.Combine(folder, TemplateFile));
        return FromConfig(
            File.Exists(config) ? (ReadOnlyMemory<byte>?)File.ReadAllBytes(config) : null,
            File.Exists(template) ? File.ReadAllText(template) : null);
    }

    /// <summary>The template of a package.</summary>
    /// <param name="package">May have <c>tokenizer_config.json</c> or <c>chat_template.jinja</c>.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <inheritdoc cref="FromConfig" path="/returns"/>
    /// <exception cref="InvalidDataException">A file is damaged, or the template is not supported.</exception>
    public static async Task<ChatTemplate?> OfPackageAsync(
        ModelPackage package, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(package);
        async Task<byte[]?> ReadAsync(string name) => package.Manifest.Files.ContainsKey(name)
            ? await package.ReadAsync(name, cancellationToken).ConfigureAwait(false) : null;
        var config = await ReadAsync(ConfigFile).ConfigureAwait(false);
        var template = await ReadAsync(TemplateFile).ConfigureAwait(false);
        return FromConfig(
            config is null ? null : (ReadOnlyMemory<byte>?)config,
            template is null ? null : Encoding.UTF8.GetString(template));
    }

    private static Dictionary<string, string> Tokens(JsonElement config)
    {
        var tokens = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in TokenNames)
        {
            if (!config.TryGetProperty(name, out var token) || token.ValueKind == JsonValueKind.Null)
            {
                continue;
            }

            var content = token.ValueKind == JsonValueKind.Object && token.TryGetProperty("content", out var inner)
                ? inner : token;
            tokens[name] = content.ValueKind == JsonValueKind.String ? content.GetString()!
                : throw new InvalidDataException(
                    $"{ConfigFile}: {name}: expected a string, or an object with one as 'content', "
                        + $"got {token.ValueKind}.");
        }

        return tokens;
    }

    private static ChatTemplate? OfElement(JsonElement given, Dictionary<string, string> tokens, TimeProvider? time)
    {
        if (given.ValueKind is JsonValueKind.String or JsonValueKind.Null)
        {
            return given.GetString() is { } source ? Parse(source, tokens, time) : null;
        }

        var named = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in given.ValueKind == JsonValueKind.Array ? given.EnumerateArray() : [])
        {
            if (entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty("name", out var name)
                && entry.TryGetProperty("template", out var template) && name.ValueKind == JsonValueKind.String
                && template.ValueKind == JsonValueKind.String)
            {
                named[name.GetString()!] = template.GetString()!;
            }
        }

        if (!named.TryGetValue(DefaultName, out var usual))
        {
            throw new InvalidDataException(
                $"{ConfigFile}: chat_template: expected a string, or a list of {{name, template}} with one named "
                    + $"'{DefaultName}', got {given.ValueKind} with [{string.Join(", ", named.Keys)}].");
        }

        var chat = Parse(usual, tokens, time);
        chat._withTools = named.TryGetValue(WithToolsName, out var tools) ? Parse(tools, tokens, time) : null;
        return chat;
    }
}
