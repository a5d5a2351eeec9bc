using System.Globalization;
using System.Runtime.CompilerServices;

namespace MaaS.Text.Unicode;

/// <summary>Looks code points up: a table for the first plane, computed for the rest.</summary>
internal static class CharClasses
{
    private static readonly CharClass[] Table = MakeTable();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CharClass Of(char unit) => Table[unit];

    public static CharClass Of(int codePoint) => codePoint < 0x10000 ? Table[codePoint] : Compute(codePoint);

    /// <summary>The code point at an index of a text without lone surrogates; <paramref name="length"/> is 1 or
    /// 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int CodePointAt(ReadOnlySpan<char> text, int index, out int length)
    {
        var unit = text[index];
        if (!char.IsHighSurrogate(unit) || index + 1 >= text.Length)
        {
            length = 1;
            return unit;
        }

        length = 2;
        return char.ConvertToUtf32(unit, text[index + 1]);
    }

    /// <summary>The class of the code point at an index; <paramref name="length"/> is 1 or 2 UTF-16 units.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CharClass At(ReadOnlySpan<char> text, int index, out int length)
    {
        var unit = text[index];
        if (!char.IsHighSurrogate(unit))
        {
            length = 1;
            return Table[unit];
        }

        return Of(CodePointAt(text, index, out length));
    }

    /// <summary>Whether a class has one of the wanted bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Is(this CharClass value, CharClass wanted) => (value & wanted) != 0;

    private static CharClass[] MakeTable()
    {
        var table = new CharClass[0x10000];
        for (var c = 0; c < table.Length; c++)
        {
            table[c] = Compute(c);
        }

        return table;
    }

    private static CharClass Compute(int c)
    {
        var category = CharUnicodeInfo.GetUnicodeCategory(c);
        var result = category switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => CharClass.Letter | CharClass.Word,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber => CharClass.Number | CharClass.Word,
            UnicodeCategory.OtherNumber => CharClass.Number,
            UnicodeCategory.NonSpacingMark => CharClass.NonspacingMark | CharClass.Word,
            UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => CharClass.Word,
            UnicodeCategory.ConnectorPunctuation => CharClass.Punctuation | CharClass.Word,
            UnicodeCategory.DashPunctuation or UnicodeCategory.OpenPunctuation or UnicodeCategory.ClosePunctuation
                or UnicodeCategory.InitialQuotePunctuation or UnicodeCategory.FinalQuotePunctuation
                or UnicodeCategory.OtherPunctuation => CharClass.Punctuation,
            UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.PrivateUse when c is not ('\t' or '\n' or '\r')
                => CharClass.Control,
            _ => CharClass.None,
        };
        if (c < 0x10000 && char.IsWhiteSpace((char)c))
        {
            result |= CharClass.Space;
        }

        if (c < 128
            && category is UnicodeCategory.CurrencySymbol or UnicodeCategory.MathSymbol
            or UnicodeCategory.ModifierSymbol)
        {
            result |= CharClass.Punctuation;
        }

        if (IsJoiner(c) || IsCircledLetter(c))
        {
            result |= CharClass.Word;
        }

        if (IsCjk(c))
        {
            result |= CharClass.Cjk;
        }

        return result;
    }

    private static bool IsJoiner(int c) => c is 0x200C or 0x200D;

    // Alphabetic although their category is So.
    private static bool IsCircledLetter(int c) =>
        c is (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169)
            or (>= 0x1F170 and <= 0x1F189);

    // The blocks of BERT's reference tokenizer.
    private static bool IsCjk(int c) =>
        c is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF)
            or (>= 0x2A700 and <= 0x2B73F)
            or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B820 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF)
            or (>= 0x2F800 and <= 0x2FA1F);
}
