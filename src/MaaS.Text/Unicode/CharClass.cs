namespace MaaS.Text.Unicode;

/// <summary>What the rules of tokenizers ask about a code point.</summary>
[Flags]
internal enum CharClass : byte
{
    None = 0,

    /// <summary>A character with Unicode's property White_Space.</summary>
    Space = 1,

    /// <summary>A control, format or private-use character other than tab, line feed and carriage return.</summary>
    Control = 2,

    /// <summary>General category P, or an ASCII symbol as $ or +.</summary>
    Punctuation = 4,

    /// <summary>What <c>\w</c> matches: letters, marks, decimal digits, connectors (UTS #18).</summary>
    Word = 8,

    /// <summary>General category L.</summary>
    Letter = 16,

    /// <summary>General category N.</summary>
    Number = 32,

    /// <summary>General category Mn.</summary>
    NonspacingMark = 64,

    /// <summary>In a block of Chinese characters that BERT sets apart with spaces.</summary>
    Cjk = 128,
}
