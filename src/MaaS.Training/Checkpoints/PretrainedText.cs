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
        string name, BertModel encoder, CheckpointReport report, Tokenizer tokenizer, Pooling pooling)
        => (Name, Encoder, Report, Tokenizer, Pooling) = (name, encoder, report, tokenizer, pooling);

    /// <summary>What it is called: a name of <see cref="PretrainedWeights"/>, or the name of its folder or
    /// file.</summary>
    public string Name { get; }

    /// <summary>The network without heads, in evaluation mode; owned by this object.</summary>
    public BertModel Encoder { get; }

    /// <summary>How the weights fitted.</summary>
    public CheckpointReport Report { get; }

    /// <summary>Gives the ids that the network was trained with.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>How the network was trained to give one vector for a text: of a sentence encoder the mean over its
    /// tokens, otherwise what BERT's pooler makes of the first one, and the mean where there is no pooler.</summary>
    public Pooling Pooling { get; }

    /// <summary>Reads sizes, weights and tokenizer.</summary>
    /// <param name="nameOrPath">A name of <see cref="PretrainedWeights"/>, a folder, or a file of weights
    /// (<c>.safetensors</c>, its index, <c>.bin</c>, <c>.pt</c>, <c>.pth</c>, <c>.onnx</c>) with <c>config.json</c> and
    /// the tokenizer's files beside it.</param>
    /// <exception cref="FileNotFoundException">There is no such name or path, or a file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or its weights are not those of a BERT of the sizes
    /// that <c>config.json</c> gives.</exception>
    public static PretrainedText Open(string nameOrPath)
    {
        var path = PretrainedWeights.Find(nameOrPath);
        var folder = Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!;
        var tokenizer = CheckpointTokenizer.Load(folder);
        var (encoder, report) = BertCheckpoint.LoadEncoder(folder, path);
        try
        {
            var lacking = report.Missing.Where(static k => !IsPooler(k)).ToArray();
            if (lacking.Length > 0)
            {
                throw new InvalidDataException(
                    $"{path}: expected the weights of a BERT, got none for {string.Join(", ", lacking.Take(4))}"
                        + (lacking.Length > 4 ? $" and {lacking.Length - 4} more" : "")
                        + "; compare config.json, or take a checkpoint of this family.");
            }

            if (tokenizer.VocabSize > encoder.Config.VocabSize)
            {
                throw new InvalidDataException(
                    $"{folder}: expected a tokenizer of at most {encoder.Config.VocabSize} tokens, as config.json "
                        + $"says, got {tokenizer.VocabSize}.");
            }

            var isSentenceEncoder = nameOrPath == PretrainedWeights.MiniLm
                || TakesTheMean(Path.Combine(folder, PoolingFile)) || report.Missing.Any(IsPooler);
            return new PretrainedText(
                Path.GetFileName(Path.TrimEndingDirectorySeparator(nameOrPath)), encoder, report, tokenizer,
                isSentenceEncoder ? Pooling.Mean : Pooling.First);
        }
        catch
        {
            encoder.Dispose();
            throw;
        }
    }

    /// <summary>Frees the network.</summary>
    public void Dispose() => Encoder.Dispose();

    private static bool IsPooler(string key) => key.Contains("pooler.", StringComparison.Ordinal);

    private static bool TakesTheMean(string path)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            return json.RootElement.TryGetProperty("pooling_mode_mean_tokens", out var mean) && mean.GetBoolean();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException(
                $"{path}: expected an object with pooling_mode_mean_tokens as true or false: {e.Message}", e);
        }
    }
}
