using System.Text.Json;

namespace MaaS.Text;

/// <content>The tokenizer in a folder of a foreign model.</content>
public sealed partial class Tokenizer
{
    /// <summary>Reads <c>tokenizer.json</c>, else <c>vocab.json</c> with <c>merges.txt</c> (GPT-2), else
    /// <c>vocab.txt</c> (BERT), whose letter case <c>tokenizer_config.json</c> tells.</summary>
    /// <exception cref="FileNotFoundException">There is none of them.</exception>
    /// <exception cref="InvalidDataException">A file has faults.</exception>
    public static Tokenizer LoadFolder(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string At(string file) => Path.Combine(folder, file);
        return File.Exists(At("tokenizer.json")) ? Load(At("tokenizer.json"))
            : File.Exists(At("vocab.json")) && File.Exists(At("merges.txt"))
                ? LoadGpt2(At("vocab.json"), At("merges.txt"))
            : File.Exists(At("vocab.txt")) ? LoadVocab(At("vocab.txt"), BertOptionsOf(At("tokenizer_config.json")))
            : throw new FileNotFoundException(
                $"{folder}: expected tokenizer.json, vocab.json with merges.txt, or vocab.txt in it, found none of "
                    + "them.");
    }

    private static BertOptions BertOptionsOf(string path)
    {
        var options = new BertOptions();
        if (!File.Exists(path))
        {
            return options;
        }

        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            bool? Flag(string name) => json.RootElement.TryGetProperty(name, out var value)
                && value.ValueKind != JsonValueKind.Null ? value.GetBoolean() : null;
            return options with
            {
                Lowercase = Flag("do_lower_case") ?? options.Lowercase,
                StripAccents = Flag("strip_accents"),
                SplitChinese = Flag("tokenize_chinese_chars") ?? options.SplitChinese,
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException(
                $"{path}: expected an object with do_lower_case, strip_accents and tokenize_chinese_chars as true or "
                    + $"false: {e.Message}", e);
        }
    }
}
