using System.Text.Json;
using MaaS.Primitives.Files;
using MaaS.Training.Models.Transformers;

namespace MaaS.Training.Checkpoints;

/// <summary>A checkpoint's <c>config.json</c>, read value by value with errors that name the file and the
/// key.</summary>
internal sealed class ModelConfig : IDisposable
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "config.json";

    private readonly JsonDocument _json;
    private readonly string _path;

    private ModelConfig(string path, JsonDocument json) => (_path, _json) = (path, json);

    /// <exception cref="FileNotFoundException">The folder has no such file.</exception>
    /// <exception cref="InvalidDataException">It is no JSON object, or describes another kind of model.</exception>
    public static ModelConfig Read(string folder, string modelType)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException(
                $"{folder}: expected a checkpoint folder with {FileName}, found none in it.", path);
        }

        JsonDocument json;
        try
        {
            json = JsonDocument.Parse(File.ReadAllBytes(path));
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: expected a JSON object: {e.Message}", e);
        }

        var config = new ModelConfig(path, json);
        var type = json.RootElement.ValueKind == JsonValueKind.Object ? config.Text("model_type", "") : "no object";
        if (type != modelType)
        {
            config.Dispose();
            throw new InvalidDataException($"{path}: expected model_type \"{modelType}\", got \"{type}\".");
        }

        return config;
    }

    /// <summary>Writes a file of settings, whole or not at all.</summary>
    public static void Write(string folder, IReadOnlyDictionary<string, object?> values) => AtomicFile.Write(
        Path.Combine(folder, FileName), stream =>
        {
            using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
            writer.WriteStartObject();
            foreach (var (key, value) in values)
            {
                writer.WritePropertyName(key);
                WriteValue(writer, value);
            }

            writer.WriteEndObject();
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
        => _json.RootElement.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>A text.</summary>
    public string Text(string key, string otherwise)
        => !Has(key)
            ? otherwise
            : _json.RootElement.GetProperty(key) is { ValueKind: JsonValueKind.String } text ? text.GetString()!
            : throw Wrong(key, null);

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

    public void Dispose() => _json.Dispose();

    private T Value<T>(string key, T? otherwise, Func<JsonElement, T> read)
        where T : struct
    {
        if (!Has(key))
        {
            return otherwise ?? throw Wrong(key, null);
        }

        try
        {
            return read(_json.RootElement.GetProperty(key));
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            throw Wrong(key, e);
        }
    }

    private InvalidDataException Wrong(string key, Exception? cause) => new(
        $"{_path}: expected a value for {key}, got "
            + $"{(Has(key) ? _json.RootElement.GetProperty(key).GetRawText() : "none")}.", cause);

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
