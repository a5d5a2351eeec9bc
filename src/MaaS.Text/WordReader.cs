using MaaS.Text.Normalizers;
using MaaS.Text.PreTokenizers;
using MaaS.Text.Unicode;


namespace MaaS.Text;

/// <summary>From a text to the words that a model cuts into tokens.</summary>
internal sealed class WordReader(INormalizer? normalizer, IPreTokenizer? preTokenizer)
{
    /// <summary>Normalizes a text in place.</summary>
    public void Normalize(TextBuffer text) => normalizer?.Normalize(text);

    /// <summary>Cuts a normalized text into words, which are ranges of the text as it is afterwards.</summary>
    public void Split(TextBuffer text, WordList words)
    {
        words.Reset(0, text.Length);
        preTokenizer?.Split(text, words);
    }
}
