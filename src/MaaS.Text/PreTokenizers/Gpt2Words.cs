using MaaS.Text.Unicode;


namespace MaaS.Text.PreTokenizers;

/// <summary>GPT-2's regular expression as a scanner that never looks back.</summary>
/// <remarks>
/// <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>, Radford et al. 2019.
/// </remarks>
internal static class Gpt2Words
{
    private const CharClass Kinds = CharClass.Letter | CharClass.Number | CharClass.Space;

    private static readonly string[] Contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    /// <summary>UTF-16 units of the first word of a text that is not empty.</summary>
    public static int FirstLength(ReadOnlySpan<char> text)
    {
        if (text[0] == '\'' && Contraction(text) is > 0 and var contraction)
        {
            return contraction;
        }

        var start = text[0] == ' ' ? 1 : 0;
        if (start < text.Length && CharClasses.At(text, start, out _) is var kind && !kind.Is(CharClass.Space))
        {
            return start + RunLength(text[start..], kind & Kinds);
        }

        // White space: the last of a run goes to what follows.
        var length = RunLength(text, CharClass.Space);
        return length > 1 && length < text.Length ? length - 1 : length;
    }

    private static int RunLength(ReadOnlySpan<char> text, CharClass kind)
    {
        var i = 0;
        while (i < text.Length && (CharClasses.At(text, i, out var width) & Kinds) == kind)
        {
            i += width;
        }

        return i;
    }

    private static int Contraction(ReadOnlySpan<char> text)
    {
        foreach (var contraction in Contractions)
        {
            if (text.StartsWith(contraction, StringComparison.Ordinal))
            {
                return contraction.Length;
            }
        }

        return 0;
    }
}
