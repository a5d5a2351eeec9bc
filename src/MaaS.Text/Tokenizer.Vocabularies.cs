using System.Text;
using MaaS.Text.Models;

namespace MaaS.Text;

/// <content>Vocabulary files from before tokenizer.json.</content>
public sealed partial class Tokenizer
{
    /// <summary>A BERT tokenizer of a <c>vocab.txt</c>: one token a line, ids from 0.</summary>
    /// <param name="path">UTF-8. [UNK], [CLS] and [SEP] are among the tokens; [PAD] and [MASK] may be.</param>
    /// <param name="options">Null for those of an uncased model.</param>
    /// <exception cref="InvalidDataException">A needed token is missing, one stands on two lines, or the file is no
    /// UTF-8.</exception>
    public static Tokenizer LoadVocab(string path, BertOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (id, line) in Lines(path).Index())
        {
            var token = line.TrimEnd();
            if (token.Length > 0 && !ids.TryAdd(token, id))
            {
                throw new InvalidDataException(
                    $"{path}: line {id + 1}: expected each token once, got '{token}', which stands on line "
                        + $"{ids[token] + 1}.");
            }
        }

        try
        {
            return new(BertPipeline.Make(new Vocabulary(ids), options ?? new()));
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>A GPT-2 tokenizer of <c>vocab.json</c> and <c>merges.txt</c>.</summary>
    /// <param name="vocabPath">An object of ids by token.</param>
    /// <param name="mergesPath">Two tokens a line, the earliest merge first; a first line that starts with
    /// <c>#version</c> is skipped.</param>
    /// <param name="addPrefixSpace">Whether a text's first word is treated as if a space stood before it.</param>
    /// <exception cref="InvalidDataException">A file has faults; the error names the line.</exception>
    public static Tokenizer LoadGpt2(string vocabPath, string mergesPath, bool addPrefixSpace = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(vocabPath);
        ArgumentException.ThrowIfNullOrEmpty(mergesPath);
        var vocabulary = TokenizerJson.ReadVocabulary(File.ReadAllBytes(vocabPath), vocabPath);
        List<(string, string)> merges = [];
        var line = 0;
        foreach (var text in Lines(mergesPath))
        {
            line++;
            if (text.Length == 0 || (line == 1 && text.StartsWith("#version", StringComparison.Ordinal)))
            {
                continue;
            }

            merges.Add(text.Split(' ') is [{ Length: > 0 } first, { Length: > 0 } second] ? (first, second)
                : throw new InvalidDataException(
                    $"{mergesPath}: line {line}: expected two tokens with a space between, got '{text}'."));
        }

        return new(Gpt2Pipeline.Make(vocabulary, merges, addPrefixSpace, [Gpt2Pipeline.EndOfText]));
    }

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(
                path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException($"{path}: expected UTF-8, got other bytes: {e.Message}", e);
        }
    }
}
