using System.Text.Json;
using MaaS.Primitives.Files;
using MaaS.Training.Models.Transformers;

namespace MaaS.Training.Checkpoints;

/// <summary>A checkpoint's <c>config.json</c>, read value by value with errors that name the file and the
/// key.</summary>
internal sealed class ModelConfig
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "config.json";

    private const string TypeKey = "model_type";

    private readonly JsonElement _json;
    private readonly string _path;

    private ModelConfig(string path, JsonElement json) => (_path, _json) = (path, json);

    /// <summary>Reads a folder's file.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="modelTypes">Kinds of models that the caller knows.</param>
    /// <exception cref="FileNotFoundException">The folder has no such file.</exception>
    /// <exception cref="InvalidDataException">It is no JSON object, or describes another kind of model.</exception>
    public static ModelConfig Read(string folder, params IReadOnlyList<string> modelTypes)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException(
                $"{folder}: expected a checkpoint folder with {FileName}, found none in it.", path);
        }

        JsonElement root;
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            root = json.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: expected a JSON object: {e.Message}", e);
        }

        var config = new ModelConfig(path, root);
        var type = root.ValueKind == JsonValueKind.Object ? config.Text(TypeKey, "") : "no object";
        return modelTypes.Contains(type)
            ? config
            : throw new InvalidDataException(
                $"{path}: expected {TypeKey} {string.Join(" or ", modelTypes.Select(static t => $"\"{t}\""))}, got "
                    + $"\"{type}\".");
    }

    /// <summary>What kind of model the file describes.</summary>
    public string ModelType => Text(TypeKey, "");

    /// <summary>Writes a file of settings, whole or not at all.</summary>
    public static void Write(string folder, IReadOnlyDictionary<string, object?> values) => AtomicFile.Write(
        Path.Combine(folder, FileName), stream =>
        {
            using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
            WriteValue(writer, values);
        });

    /// <summary>A whole number, or a default where the file has none or null.</summary>
    public long Number(string key, long? otherwise = null) => Value(key, otherwise, static e => e.GetInt64());

    /// <summary>A number of things, below 2³¹.</summary>
    public int Count(string key) => Value<int>(key, null, static e => e.GetInt32());

    /// <summary>A real number.</summary>
    public double Real(string key, double otherwise) => Value(key, (double?)otherwise, static e => e.GetDouble());

    /// <summary>True or false.</summary>
    public bool Flag(string key, bool otherwise) => Value(key, (bool?)otherwise, static e => e.GetBoolean());

    /// <summary>Whether the file has a value that is not null.</summary>
    public bool Has(string key)
        => _json.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>A text.</summary>
    public string Text(string key, string otherwise)
        => !Has(key)
            ? otherwise
            : _json.GetProperty(key) is { ValueKind: JsonValueKind.String } text ? text.GetString()!
            : throw Wrong(key, null);

    /// <summary>Settings in an object of their own; null where the file has none.</summary>
    public ModelConfig? Section(string key)
        => !Has(key) ? null
            : _json.GetProperty(key) is { ValueKind: JsonValueKind.Object } section
                ? new ModelConfig($"{_path}: {key}", section)
            : throw Wrong(key, null);

    /// <summary>Texts in a list; none where the file has no such list.</summary>
    public IReadOnlyList<string> Texts(string key)
        => !Has(key) ? []
            : _json.GetProperty(key) is { ValueKind: JsonValueKind.Array } list
                && list.EnumerateArray().All(static e => e.ValueKind == JsonValueKind.String)
                ? [.. list.EnumerateArray().Select(static e => e.GetString()!)]
            : throw Wrong(key, null);

    /// <summary>An error that names the file.</summary>
    public InvalidDataException Refusal(string message) => new($"{_path}: {message}");

    /// <summary>Fails where a setting is one that MaaS's model does not have.</summary>
    public void Expect<T>(string key, T expected, T got)
        where T : notnull
    {
        if (!expected.Equals(got))
        {
            throw new InvalidDataException(
                $"{_path}: expected {key} to be {expected}, got {got}; MaaS's model has no other.");
        }
    }

    /// <summary>The activation's kind.</summary>
    public ActivationKind Activation(string key, string otherwise) => Text(key, otherwise) switch
    {
        "gelu" => ActivationKind.Gelu,
        "gelu_new" or "gelu_pytorch_tanh" => ActivationKind.GeluTanh,
        "relu" => ActivationKind.Relu,
        var other => throw new InvalidDataException(
            $"{_path}: {key}: expected gelu, gelu_new, gelu_pytorch_tanh or relu, got {other}."),
    };

    /// <summary>The common name of an activation.</summary>
    public static string NameOf(ActivationKind activation) => activation switch
    {
        ActivationKind.Relu => "relu",
        ActivationKind.GeluTanh => "gelu_new",
        _ => "gelu",
    };

    /// <summary>Options, checked; what is wrong with them is the file's fault.</summary>
    public T Checked<T>(T options, Action<T> validate)
    {
        try
        {
            validate(options);
            return options;
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"{_path}: {e.Message}", e);
        }
    }

    private T Value<T>(string key, T? otherwise, Func<JsonElement, T> read)
        where T : struct
    {
        if (!Has(key))
        {
            return otherwise ?? throw Wrong(key, null);
        }

        try
        {
            return read(_json.GetProperty(key));
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            throw Wrong(key, e);
        }
    }

    private InvalidDataException Wrong(string key, Exception? cause) => new(
        $"{_path}: expected a value for {key}, got "
            + $"{(Has(key) ? _json.GetProperty(key).GetRawText() : "none")}.", cause);

    private static void WriteValue(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case double real:
                writer.WriteNumberValue(real);
                break;
            case IReadOnlyDictionary<string, object?> section:
                writer.WriteStartObject();
                foreach (var (key, inner) in section)
                {
                    writer.WritePropertyName(key);
                    WriteValue(writer, inner);
                }

                writer.WriteEndObject();
                break;
            case IEnumerable<string> texts:
                writer.WriteStartArray();
                foreach (var text in texts)
                {
                    writer.WriteStringValue(text);
                }

                writer.WriteEndArray();
                break;
            default:
                writer.WriteNumberValue(Convert.ToInt64(value));
                break;
        }
    }
}
