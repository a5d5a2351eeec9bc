using System.Text.Json;
using System.Text.Json.Serialization;

namespace MaaS.Onnx;

/// <summary>The metadata properties that MaaS writes into models, and their forms.</summary>
public static class OnnxMetadata
{
    /// <summary>Class names in the order of the outputs: a JSON array of strings.</summary>
    public const string LabelsKey = "labels";

    /// <summary>How pixels become inputs: JSON with <c>scale</c>, <c>mean</c> and <c>std</c>.</summary>
    public const string PreprocessingKey = "preprocessing";

    /// <summary>The licence, as an SPDX identifier or plain text.</summary>
    public const string LicenceKey = "licence";

    /// <summary>The modules that the model was exported from: a JSON object from module path (empty for the whole) to
    /// type.</summary>
    public const string ModulesKey = "modules";

    /// <summary>What whoever exported the model allowed and its users must know: a JSON array of strings.</summary>
    public const string WarningsKey = "warnings";

    /// <summary>Writes warnings of the export.</summary>
    public static void SetWarnings(this OnnxModel model, IReadOnlyList<string> warnings) =>
        Set(model, WarningsKey, JsonSerializer.Serialize(warnings, OnnxMetadataJson.Default.IReadOnlyListString));

    /// <summary>Warnings of the export, or null.</summary>
    /// <exception cref="InvalidDataException">The property is no JSON array of strings.</exception>
    public static IReadOnlyList<string>? GetWarnings(this OnnxModel model) =>
        Get(
            model, WarningsKey,
            static text => JsonSerializer.Deserialize(text, OnnxMetadataJson.Default.IReadOnlyListString));

    /// <summary>Writes the class names.</summary>
    public static void SetLabels(this OnnxModel model, IReadOnlyList<string> labels) =>
        Set(model, LabelsKey, JsonSerializer.Serialize(labels, OnnxMetadataJson.Default.IReadOnlyListString));

    /// <summary>The class names, or null.</summary>
    /// <exception cref="InvalidDataException">The property is no JSON array of strings.</exception>
    public static IReadOnlyList<string>? GetLabels(this OnnxModel model) =>
        Get(
            model, LabelsKey,
            static text => JsonSerializer.Deserialize(text, OnnxMetadataJson.Default.IReadOnlyListString));

    /// <summary>Writes how pixels become inputs.</summary>
    public static void SetPreprocessing(this OnnxModel model, ImagePreprocessing preprocessing) =>
        Set(
            model, PreprocessingKey,
            JsonSerializer.Serialize(preprocessing, OnnxMetadataJson.Default.ImagePreprocessing));

    /// <summary>How pixels become inputs, or null.</summary>
    /// <exception cref="InvalidDataException">The property has another form.</exception>
    public static ImagePreprocessing? GetPreprocessing(this OnnxModel model) =>
        Get(
            model, PreprocessingKey,
            static text => JsonSerializer.Deserialize(text, OnnxMetadataJson.Default.ImagePreprocessing));

    /// <summary>Writes the licence.</summary>
    public static void SetLicence(this OnnxModel model, string licence) => Set(model, LicenceKey, licence);

    /// <summary>Writes the module tree: path to type.</summary>
    public static void SetModules(this OnnxModel model, IReadOnlyDictionary<string, string> modules) =>
        Set(
            model, ModulesKey,
            JsonSerializer.Serialize(modules, OnnxMetadataJson.Default.IReadOnlyDictionaryStringString));

    /// <summary>The module tree, or null.</summary>
    /// <exception cref="InvalidDataException">The property is no JSON object of strings.</exception>
    public static IReadOnlyDictionary<string, string>? GetModules(this OnnxModel model) =>
        Get(
            model, ModulesKey,
            static text => JsonSerializer.Deserialize(text, OnnxMetadataJson.Default.IReadOnlyDictionaryStringString));

    private static void Set(OnnxModel model, string key, string value)
    {
        ArgumentNullException.ThrowIfNull(model);
        model.SetMetadata(key, value);
    }

    private static T? Get<T>(OnnxModel model, string key, Func<string, T?> parse) where T : class
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.GetMetadata(key) is not { } text)
        {
            return null;
        }

        try
        {
            return parse(text);
        }
        catch (JsonException error)
        {
            throw new InvalidDataException(
                $"onnx: the metadata '{key}' has another form than MaaS writes ({error.Message})", error);
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
[JsonSerializable(typeof(ImagePreprocessing))]
internal sealed partial class OnnxMetadataJson : JsonSerializerContext;
