using System.Text.RegularExpressions;
using MaaS.Core.Packages;
using MaaS.Primitives.Files;
using MaaS.Training.Models.Transformers;
using MaaS.Training.Models.Transformers.Bert;
using static TorchSharp.torch;

namespace MaaS.Training.Checkpoints;

/// <summary>BERT checkpoints in the common layout: a folder with <c>config.json</c> and <c>model.safetensors</c>, in
/// one file or several.</summary>
/// <remarks>Keys with and without <c>bert.</c>; layer norm's <c>gamma</c> and <c>beta</c> of older files. To fine-tune,
/// make a
/// <see cref="BertClassifier"/> and fill it with <see cref="LoadWeights"/>, not strictly: its head is missing in a
/// pre-trained checkpoint, and the checkpoint's is unexpected.</remarks>
public static partial class BertCheckpoint
{
    private static readonly CheckpointFormat Format = new()
    {
        Name = "BERT",
        Prefix = "bert.",
        Heads = ["cls.", "classifier."],
        Ties = new Dictionary<string, string>
        {
            ["embeddings.word_embeddings.weight"] = "cls.predictions.decoder.weight",
            ["cls.predictions.bias"] = "cls.predictions.decoder.bias",
        },
        Ignored = PositionNumbers(),
    };

    /// <summary>Loads a network without heads.</summary>
    /// <inheritdoc cref="LoadClassifier"/>
    public static (BertModel Model, CheckpointReport Report) LoadModel(string folder, bool strict = true)
        => Load(folder, static config => new BertModel(config), strict);

    /// <summary>Loads a classifier.</summary>
    /// <param name="folder">Holds <c>config.json</c> and <c>model.safetensors</c> or its index.</param>
    /// <param name="strict">Whether a missing or an unexpected key is an error; otherwise the report names
    /// them.</param>
    /// <returns>The model in evaluation mode, which the caller owns, and what did not fit.</returns>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, describes another model, or its keys or shapes do not
    /// fit.</exception>
    public static (BertClassifier Model, CheckpointReport Report) LoadClassifier(string folder, bool strict = true)
        => Load(folder, static config => new BertClassifier(config), strict);

    /// <summary>Loads a network that predicts masked tokens.</summary>
    /// <inheritdoc cref="LoadClassifier"/>
    public static (BertMaskedLanguage Model, CheckpointReport Report) LoadMaskedLanguage(
        string folder, bool strict = true)
        => Load(folder, static config => new BertMaskedLanguage(config), strict);

    /// <summary>The sizes that a folder's <c>config.json</c> gives.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It describes another model, or its values do not fit.</exception>
    public static BertConfig ReadConfig(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var path = Path.Combine(folder, ModelConfig.FileName);
        return File.Exists(path) ? BertConfig.Read(path)
            : throw new FileNotFoundException(
                $"{folder}: expected a checkpoint folder with {ModelConfig.FileName}, found none in it.", path);
    }

    /// <summary>Fills a model of one's own; nothing changes when it throws.</summary>
    /// <param name="model">A <see cref="BertModel"/>, <see cref="BertClassifier"/> or
    /// <see cref="BertMaskedLanguage"/>.</param>
    /// <param name="path">A folder, a <c>.safetensors</c> file or its index, a state dictionary of PyTorch
    /// (<c>.bin</c>, <c>.pt</c>, <c>.pth</c>), or an <c>.onnx</c> file.</param>
    /// <param name="strict">Whether a missing or an unexpected key is an error; otherwise the report names
    /// them.</param>
    /// <exception cref="InvalidDataException">A file is damaged, or keys or shapes do not fit: all of them are
    /// named.</exception>
    public static CheckpointReport LoadWeights(nn.Module model, string path, bool strict = true)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var checkpoint = WeightFile.Open(path);
        return CheckpointWeights.Load(model, checkpoint, Format, strict);
    }

    /// <summary>Writes a folder that other software reads as a BERT checkpoint; add the tokenizer's files to
    /// it.</summary>
    /// <param name="folder">Created when it is not there; a checkpoint in it is replaced.</param>
    /// <param name="model">A <see cref="BertModel"/>, <see cref="BertClassifier"/> or
    /// <see cref="BertMaskedLanguage"/>.</param>
    /// <param name="config">What the model was made with.</param>
    /// <param name="maxFileBytes">Bytes of weights a file; above, the checkpoint is split.</param>
    public static void Save(string folder, nn.Module model, BertConfig config, long maxFileBytes = 5_000_000_000)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(config);
        SafeTensorsCheckpoint.Write(
            folder, CheckpointWeights.Sources(model, Format), new Dictionary<string, string> { ["format"] = "pt" },
            maxFileBytes);
        AtomicFile.WriteText(Path.Combine(folder, ModelConfig.FileName), config.ToJson());
    }

    /// <summary>A network without heads, from weights that may stand beside <c>config.json</c> under any name; what is
    /// missing is fresh.</summary>
    /// <param name="folder">Holds <c>config.json</c>.</param>
    /// <param name="weights">A file of weights, or a folder that holds one.</param>
    /// <param name="pooling">Null for the pooled first token where there are weights of a pooler.</param>
    internal static (BertModel Model, CheckpointReport Report) LoadEncoder(
        string folder, string weights, Pooling? pooling)
        => Load(
            folder, (config, keys) => new BertModel(config, withPooler: pooling is null
                ? keys.Any(static k => k.Contains("pooler.", StringComparison.Ordinal)) : pooling == Pooling.First),
            strict: false, weights);

    private static (T Model, CheckpointReport Report) Load<T>(string folder, Func<BertConfig, T> create, bool strict)
        where T : nn.Module
        => Load(folder, (config, _) => create(config), strict, folder);

    private static (T Model, CheckpointReport Report) Load<T>(
        string folder, Func<BertConfig, IEnumerable<string>, T> create, bool strict, string weights)
        where T : nn.Module
    {
        var config = ReadConfig(folder);
        using var checkpoint = WeightFile.Open(weights);
        WeightCount.ThrowIfFarTooFew(
            folder, config.VocabSize, config.Sizes, checkpoint.Entries.Select(static e => e.Shape));
        var model = create(config, checkpoint.Entries.Select(static e => e.Name));
        try
        {
            var report = CheckpointWeights.Load(model, checkpoint, Format, strict);
            model.eval();
            return (model, report);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    // Older checkpoints carry the numbers 0, 1, 2, … of the positions.
    [GeneratedRegex(@"^embeddings\.position_ids$")]
    private static partial Regex PositionNumbers();
}
