using MaaS.Core.Text.Models;

namespace MaaS.Core.Text;

/// <content>Vocabulary files from before tokenizer.json.</content>
public sealed partial class Tokenizer
{
    /// <summary>A BERT tokenizer of a <c>vocab.txt</c>: one token a line, ids from 0.</summary>
    /// <param name="path">UTF-8. [UNK], [CLS] and [SEP] are among the tokens; [PAD] and [MASK] may be.</param>
    /// <param name="options">Null for those of an uncased model.</param>
    /// <exception cref="InvalidDataException">A needed token is missing.</exception>
    public static Tokenizer LoadVocab(string path, BertOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var lines = File.ReadAllLines(path);
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < lines.Length; id++)
        {
            var token = lines[id].TrimEnd();
            if (token.Length > 0) ids[token] = id;
        }

        return new(BertPipeline.Make(new Vocabulary(ids), options ?? new()));
    }

    /// <summary>A GPT-2 tokenizer of <c>vocab.json</c> and <c>merges.txt</c>.</summary>
    /// <param name="vocabPath">An object of ids by token.</param>
    /// <param name="mergesPath">Two tokens a line, the earliest merge first; a first line that starts with <c>#version</c> is skipped.</param>
    /// <param name="addPrefixSpace">Whether a text's first word is treated as if a space stood before it.</param>
    /// <exception cref="InvalidDataException">A file has faults; the error names the line.</exception>
    public static Tokenizer LoadGpt2(string vocabPath, string mergesPath, bool addPrefixSpace = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(vocabPath);
        ArgumentException.ThrowIfNullOrEmpty(mergesPath);
        var vocabulary = Json.TokenizerJson.ReadVocabulary(File.ReadAllBytes(vocabPath), vocabPath);
        List<(string, string)> merges = [];
        var line = 0;
        foreach (var text in File.ReadLines(mergesPath))
        {
            line++;
            if (text.Length == 0 || (line == 1 && text.StartsWith("#version", StringComparison.Ordinal))) continue;
            merges.Add(text.Split(' ') is [{ Length: > 0 } first, { Length: > 0 } second] ? (first, second)
                : throw new InvalidDataException($"{mergesPath}: line {line}: expected two tokens with a space between, got '{text}'."));
        }

        return new(Gpt2Pipeline.Make(vocabulary, merges, addPrefixSpace, [Gpt2Pipeline.EndOfText]));
    }
}
