using System.Text.Json;
using MaaS.Text;
using MaaS.Training.Models.Transformers;
using MaaS.Training.Models.Transformers.Bert;

namespace MaaS.Training.Checkpoints;

/// <summary>A BERT that somebody has trained already, and its tokenizer: what fine-tuning starts from.</summary>
public sealed class PretrainedText : IDisposable
{
    // Sentence encoders keep beside their weights what they take of the tokens' vectors.
    private const string PoolingFile = "1_Pooling/config.json";

    private PretrainedText(
        string name, BertModel encoder, CheckpointReport report, Tokenizer tokenizer)
        => (Name, Encoder, Report, Tokenizer) = (name, encoder, report, tokenizer);

    /// <summary>What it is called: a name of <see cref="PretrainedWeights"/>, or the name of its folder or
    /// file.</summary>
    public string Name { get; }

    /// <summary>The network without heads, in evaluation mode; owned by this object.</summary>
    public BertModel Encoder { get; }

    /// <summary>How the weights fitted.</summary>
    public CheckpointReport Report { get; }

    /// <summary>Gives the ids that the network was trained with.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>How the network gives one vector for a text: what BERT's pooler makes of the first token, or the mean
    /// over the tokens.</summary>
    public Pooling Pooling => Encoder.HasPooler ? Pooling.First : Pooling.Mean;

    /// <summary>Reads sizes, weights and tokenizer.</summary>
    /// <param name="nameOrPath">A name of <see cref="PretrainedWeights"/>, a folder, or a file of weights
    /// (<c>.safetensors</c>, its index, <c>.bin</c>, <c>.pt</c>, <c>.pth</c>, <c>.onnx</c>) with <c>config.json</c> and
    /// the tokenizer's files beside it.</param>
    /// <param name="pooling">How the network gives one vector for a text; null for how it was trained: of a sentence
    /// encoder the mean over its tokens, otherwise the pooled first token where there are weights of a pooler.</param>
    /// <exception cref="FileNotFoundException">There is no such name or path, or a file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or its weights are not those of a BERT of the sizes
    /// that <c>config.json</c> gives.</exception>
    public static PretrainedText Open(string nameOrPath, Pooling? pooling = null)
    {
        var path = PretrainedWeights.Find(nameOrPath);
        var isFolder = Directory.Exists(path);
        var folder = isFolder ? path : Path.GetDirectoryName(Path.GetFullPath(path))!;
        var tokenizer = CheckpointTokenizer.Load(folder);
        if (nameOrPath == PretrainedWeights.MiniLm || TakesTheMean(Path.Combine(folder, PoolingFile)))
        {
            pooling ??= Pooling.Mean;
        }

        var (encoder, report) = BertCheckpoint.LoadEncoder(folder, path, pooling);
        try
        {
            Check(path, encoder, report, tokenizer);
            var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(nameOrPath));
            return new PretrainedText(
                isFolder ? name : Path.GetFileNameWithoutExtension(name), encoder, report, tokenizer);
        }
        catch
        {
            encoder.Dispose();
            throw;
        }
    }

    /// <summary>Frees the network.</summary>
    public void Dispose() => Encoder.Dispose();

    // Parameters that stay as they were drawn would give a network that answers, and answers nothing.
    private static void Check(string path, BertModel encoder, CheckpointReport report, Tokenizer tokenizer)
    {
        if (report.Missing.Count > 0)
        {
            throw new InvalidDataException(
                $"{path}: expected the weights of a BERT, got none for {string.Join(", ", report.Missing.Take(4))}"
                    + (report.Missing.Count > 4 ? $" and {report.Missing.Count - 4} more" : "")
                    + "; take a checkpoint of this family, or the mean over the tokens where only the pooler is "
                    + "missing.");
        }

        if (tokenizer.VocabSize > encoder.Config.VocabSize)
        {
            throw new InvalidDataException(
                $"{path}: expected a tokenizer of at most {encoder.Config.VocabSize} tokens, as config.json says, got "
                    + $"{tokenizer.VocabSize}.");
        }
    }

    private static bool TakesTheMean(string path)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            // One member that names the way, since 5.4 of sentence-transformers; before, one member a way.
            return json.RootElement.TryGetProperty("pooling_mode", out var mode) ? mode.GetString() == "mean"
                : json.RootElement.TryGetProperty("pooling_mode_mean_tokens", out var mean) && mean.GetBoolean();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException(
                $"{path}: expected an object with a text pooling_mode, or with pooling_mode_mean_tokens as true or "
                    + $"false: {e.Message}", e);
        }
    }
}
