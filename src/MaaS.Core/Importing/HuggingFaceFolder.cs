using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using MaaS.Text;

namespace MaaS.Core.Importing;

/// <summary>What a folder of optimum's export says: <c>config.json</c>, <c>tokenizer.json</c>,
/// <c>tokenizer_config.json</c>.</summary>
internal sealed partial class HuggingFaceFolder
{
    // transformers writes a number like this where a tokenizer has no limit.
    private const double NoLimit = 1e6;

    // What optimum writes for a task, by preference; a decoder is merged of two for the first step and the next.
    private static readonly string[] Preferred =
    [
        ModelPackage.ModelFile, "decoder_model_merged.onnx", "onnx/model.onnx", "onnx/decoder_model_merged.onnx",
    ];

    private static readonly string[] Kept =
    [
        "config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "generation_config.json",
        "preprocessor_config.json", "config_sentence_transformers.json", "chat_template.jinja", "vocab.txt",
        "vocab.json", "merges.txt", "README.md", "LICENSE",
    ];

    private static readonly string[] PositionsAfterPadding =
    [
        "roberta", "xlm-roberta", "xlm-roberta-xl", "camembert", "roberta-prelayernorm", "longformer", "data2vec-text",
        "ibert", "mpnet", "esm", "xmod", "luke", "markuplm", "layoutlmv3",
    ];

    private readonly string _folder;
    private readonly JsonElement _config;
    private readonly SentenceTransformersFolder? _sentences;
    private readonly bool _readsPairs;
    private readonly List<string> _notes = [];

    private HuggingFaceFolder(
        string folder, string network, JsonElement config, SentenceTransformersFolder? sentences, bool readsPairs)
            => (_folder, Network, _config, _sentences, _readsPairs) = (folder, network, config, sentences, readsPairs);

    public string Network { get; }

    public IReadOnlyList<string> Notes => _notes;

    public Dictionary<string, PackageContent> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads a folder.</summary>
    /// <param name="folder">Holds <c>config.json</c>.</param>
    /// <param name="chosen">The network, relative to the folder; null for the one that is there or preferred.</param>
    /// <param name="pooling">Makes a sentence encoder of a network that gives the tokens' vectors, where the folder
    /// says nothing of that; null for what it says.</param>
    /// <param name="pairs">Takes its classifier for one of pairs, where the folder says nothing of that.</param>
    /// <exception cref="ArgumentException"><paramref name="pairs"/> of a sentence encoder.</exception>
    /// <exception cref="FileNotFoundException">The folder lacks <c>config.json</c> or one network.</exception>
    public static HuggingFaceFolder Read(
        string folder, string? chosen = null, EmbeddingPooling? pooling = null, bool pairs = false)
    {
        var config = Path.Combine(folder, "config.json");
        if (!File.Exists(config))
        {
            throw new FileNotFoundException(
                $"{folder}: expected a folder of optimum's export with config.json, found none.", config);
        }

        var json = Json(config);
        var readsPairs = CrossEncoderFolder.ReadsPairs(folder, json, pairs, pooling);
        var sentences = readsPairs ? null : SentenceTransformersFolder.Read(folder);
        if (pooling is { } asked)
        {
            sentences = sentences is null ? new SentenceTransformersFolder(asked, Normalize: true, null, IsAsked: true)
                : sentences with { Pooling = asked, IsAsked = true };
        }

        var read = new HuggingFaceFolder(folder, NetworkOf(folder, chosen), json, sentences, readsPairs);
        foreach (var name in Kept.Where(name => File.Exists(Path.Combine(folder, name))))
        {
            read.Files[name] = PackageContent.FromFile(Path.Combine(folder, name));
        }

        return read;
    }

    public ModelManifest Describe(ModelManifest manifest, InferenceModel model)
        => _sentences is { } sentences ? DescribeEncoder(manifest, model, sentences)
            : _readsPairs ? DescribePairs(manifest, model)
            : DescribeNetwork(manifest, model);

    private ModelManifest DescribePairs(ModelManifest manifest, InferenceModel model)
    {
        var ranking = CrossEncoderFolder.SettingsOf(
            _folder, model, model.Outputs is [{ Shape: [_, 2] } two] ? Labels(two) : null, _notes);
        var text = Text(model) ?? throw new InvalidDataException(
            $"{_folder}: expected a classifier of pairs of input_ids, attention_mask and perhaps token_type_ids with a "
                + $"tokenizer, got {string.Join("; ", model.Inputs)}. {string.Join(" ", _notes)}");
        return manifest with { Task = ModelManifest.TextRanking, Ranking = ranking, Text = text };
    }

    private ModelManifest DescribeEncoder(
        ModelManifest manifest, InferenceModel model, SentenceTransformersFolder sentences)
    {
        var settings = sentences.SettingsOf(model);
        var text = settings is null ? null : Text(model, sentences.MaxLength);
        if (text is null)
        {
            throw new InvalidDataException(
                $"{_folder}: expected a sentence encoder of input_ids and attention_mask with an output of the tokens' "
                    + $"vectors and a tokenizer, got {string.Join("; ", model.Inputs.Concat(model.Outputs))}. "
                    + string.Join(" ", _notes));
        }

        return manifest with { Task = ModelManifest.SentenceEmbedding, Embedding = settings, Text = text };
    }

    private ModelManifest DescribeNetwork(ModelManifest manifest, InferenceModel model)
    {
        var architecture = _config.TryGetProperty("architectures", out var names)
            && names.ValueKind == JsonValueKind.Array && names.GetArrayLength() > 0 ? names[0].GetString() : null;
        if (architecture is not null && Decoder().IsMatch(architecture))
        {
            return new LanguageModelFolder(_folder, _config, _notes).Describe(manifest, model);
        }

        var isClassifier = architecture is not null && Classifier().IsMatch(architecture)
            && model.Outputs is [{ Shape.Count: 2 }];
        if (!isClassifier)
        {
            _notes.Add(
                $"The architecture {architecture ?? "that config.json lacks"} is no task of MaaS's: none is named.");
        }
        else
        {
            ThrowUnlessSingleLabel(architecture!, model.Outputs[0]);
        }

        if (File.Exists(Path.Combine(_folder, "preprocessor_config.json")))
        {
            _notes.Add("preprocessor_config.json is kept and not applied: the network takes its tensors as they are.");
        }

        return manifest with
        {
            Task = isClassifier ? ModelManifest.Classification : null,
            Labels = isClassifier ? Labels(model.Outputs[0]) : null,
            Text = isClassifier ? Text(model) : null,
        };
    }

    // The softmax that a classifier of MaaS's applies is that of one label of several: transformers' default where
    // problem_type is left out, but for one output, which it takes for a regression.
    private void ThrowUnlessSingleLabel(string architecture, TensorSpec output)
    {
        var problem = _config.TryGetProperty("problem_type", out var type) && type.ValueKind == JsonValueKind.String
            ? type.GetString() : null;
        if (problem is not (null or "single_label_classification") || output.Shape[1] == 1
            || Number(_config, "num_labels") == 1
            || (_config.TryGetProperty("id2label", out var map) && map.ValueKind == JsonValueKind.Object
                && map.EnumerateObject().Count() == 1))
        {
            throw new NotSupportedException(
                $"{_folder}: expected a {architecture} that gives one of at least two labels "
                    + "(single_label_classification), got "
                    + $"{problem ?? "one output, which is a regression"}: its numbers are no probabilities of a "
                    + "softmax; import the network alone, which takes and gives tensors: "
                    + $"maas import {Network}.");
        }
    }

    private static string NetworkOf(string folder, string? chosen)
    {
        var networks = new[] { folder, Path.Combine(folder, "onnx") }.Where(Directory.Exists)
            .SelectMany(static f => Directory.EnumerateFiles(f, "*.onnx"))
            .Select(n => Path.GetRelativePath(folder, n).Replace('\\', '/')).Order(StringComparer.Ordinal).ToList();
        var name = chosen is null ? Preferred.FirstOrDefault(networks.Contains) : networks.Find(n => n == chosen);
        name ??= chosen is null && networks.Count == 1 ? networks[0] : throw new FileNotFoundException(
            $"{folder}: expected {chosen ?? $"{ModelPackage.ModelFile}, or one network"}, found "
                + $"[{string.Join(", ", networks)}]; name one of them (--network), or export with "
                + "'optimum-cli export onnx'.", folder);
        return Path.Combine(folder, name);
    }

    // What transformers makes up, LABEL_0, is no name.
    private List<string>? Labels(TensorSpec output)
    {
        if (!_config.TryGetProperty("id2label", out var map) || map.ValueKind != JsonValueKind.Object)
        {
            _notes.Add("config.json names no labels: the package has none.");
            return null;
        }

        var labels = map.EnumerateObject()
            .Select(static l => (Id: int.TryParse(
                l.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : -1,
                Name: l.Value.ToString()))
            .OrderBy(static l => l.Id).ToList();
        var isSound = labels.Select(static l => l.Id).SequenceEqual(Enumerable.Range(0, labels.Count))
            && labels.Select(static l => l.Name).Distinct(StringComparer.Ordinal).Count() == labels.Count
            && (output.Shape[1] < 0 || output.Shape[1] == labels.Count);
        if (!isSound || labels.TrueForAll(static l => Placeholder().IsMatch(l.Name)))
        {
            _notes.Add(isSound
                ? "config.json has placeholders for labels (LABEL_0, …): the package has none."
                : "The labels of config.json do not fit the network's output: the package has none.");
            return null;
        }

        return [.. labels.Select(static l => l.Name)];
    }

    private TextPreprocessing? Text(InferenceModel model, int? most = null)
    {
        var file = Path.Combine(_folder, TextPreprocessing.TokenizerFile);
        var hasTokenizer = File.Exists(file) || File.Exists(Path.Combine(_folder, "vocab.txt"));
        if (!TextEncoder.IsReadBy(model.Inputs))
        {
            if (hasTokenizer)
            {
                _notes.Add("The tokenizer is kept and not applied: MaaS encodes texts for networks of input_ids, "
                    + "attention_mask and token_type_ids alone, this one has "
                    + $"{string.Join(", ", model.Inputs.Select(static i => i.Name))}.");
            }

            return null;
        }

        if (!hasTokenizer || (most ?? Limit()) is not { } limit)
        {
            _notes.Add(
                "There is no tokenizer.json or vocab.txt, or no limit of its tokens: the package takes ids, not "
                    + "texts.");
            return null;
        }

        try
        {
            var text = new TextPreprocessing { MaxLength = limit, Overlong = OverlongText.Truncate };
            var tokenizer = Tokenizer.LoadFolder(_folder);
            _ = new TextEncoder(text, tokenizer);
            if (!File.Exists(file))
            {
                Files[TextPreprocessing.TokenizerFile] = PackageContent.FromBytes(tokenizer.ToJson());
            }

            return text;
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException or NotSupportedException)
        {
            _notes.Add($"The tokenizer is kept and not applied: {e.Message}");
            return null;
        }
    }

    private int? Limit()
    {
        var file = Path.Combine(_folder, "tokenizer_config.json");
        double?[] limits =
        [
            File.Exists(file) ? Number(Json(file), "model_max_length") : null,
            Number(_config, "max_position_embeddings") - PositionOffset(),
        ];
        return limits.Where(static l => l is >= 3 and < NoLimit).Min() is { } least ? (int)least : null;
    }

    // transformers' models after RoBERTa number positions from the padding's on: those up to it hold no token.
    private double PositionOffset()
        => _config.TryGetProperty("model_type", out var type) && type.ValueKind == JsonValueKind.String
            && PositionsAfterPadding.Contains(type.GetString()!, StringComparer.Ordinal)
            ? (Number(_config, "pad_token_id") ?? 1) + 1 : 0;

    internal static double? Number(JsonElement json, string name)
        => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    internal static JsonElement Json(string file)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            return json.RootElement.ValueKind == JsonValueKind.Object ? json.RootElement.Clone()
                : throw new JsonException("got no object");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{file}: expected a JSON object: {e.Message}", e);
        }
    }

    [GeneratedRegex("For(Sequence|Image)Classification$")]
    private static partial Regex Classifier();

    [GeneratedRegex("(ForCausalLM|LMHeadModel)$")]
    private static partial Regex Decoder();

    [GeneratedRegex(@"\ALABEL_\d+\z")]
    private static partial Regex Placeholder();
}
