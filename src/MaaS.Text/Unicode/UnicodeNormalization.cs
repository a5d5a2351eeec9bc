using System.Text;

namespace MaaS.Text.Unicode;

/// <summary>NFD, NFC, NFKD and NFKC on a buffer that keeps origins; linear but for sorting runs of marks.</summary>
/// <remarks>Unicode Standard Annex #15.</remarks>
internal static class UnicodeNormalization
{
    private const int MaxDecomposition = 18;

    public static void Normalize(TextBuffer text, bool compatibility, bool compose)
    {
        if (Ascii.IsValid(text.Chars))
        {
            return;
        }

        var data = NormalizationData.Instance;
        var symbols = Decompose(text, data, compatibility);
        Reorder(symbols);
        if (compose)
        {
            Compose(symbols, data);
        }

        text.BeginRewrite();
        foreach (var symbol in symbols)
        {
            text.Emit(symbol.Code, symbol.Origin);
        }

        text.EndRewrite();
    }

    private static List<Symbol> Decompose(TextBuffer text, NormalizationData data, bool compatibility)
    {
        var symbols = new List<Symbol>(text.Length);
        Span<int> parts = stackalloc int[MaxDecomposition];
        for (int i = 0, width; i < text.Length; i += width)
        {
            var code = CharClasses.CodePointAt(text.Chars, i, out width);
            var origin = text.Origin(i, i + width);
            var count = data.Decompose(code, compatibility, parts);
            if (count == 0)
            {
                symbols.Add(new(code, data.CombiningClass(code), origin));
            }

            for (var p = 0; p < count; p++)
            {
                symbols.Add(new(parts[p], data.CombiningClass(parts[p]), origin));
            }
        }

        return symbols;
    }

    // Marks after a starter stand in the order of their combining classes, equal ones as they came.
    private static void Reorder(List<Symbol> symbols)
    {
        for (var start = 0; start < symbols.Count; start++)
        {
            if (symbols[start].Class == 0)
            {
                continue;
            }

            var end = start + 1;
            var sorted = true;
            for (; end < symbols.Count && symbols[end].Class != 0; end++)
            {
                sorted &= symbols[end - 1].Class <= symbols[end].Class;
            }

            if (!sorted)
            {
                var run = symbols.GetRange(start, end - start).OrderBy(static s => s.Class).ToList();
                for (var i = 0; i < run.Count; i++)
                {
                    symbols[start + i] = run[i];
                }
            }

            start = end;
        }
    }

    private static void Compose(List<Symbol> symbols, NormalizationData data)
    {
        var (written, starter) = (0, -1);
        for (var i = 0; i < symbols.Count; i++)
        {
            var symbol = symbols[i];
            var blocked = starter >= 0 && written > starter + 1 && symbols[written - 1].Class >= symbol.Class;
            if (starter >= 0 && !blocked && data.Compose(symbols[starter].Code, symbol.Code) is >= 0 and var composed)
            {
                symbols[starter] = symbols[starter] with { Code = composed };
                continue;
            }

            if (symbol.Class == 0)
            {
                starter = written;
            }

            symbols[written++] = symbol;
        }

        symbols.RemoveRange(written, symbols.Count - written);
    }

    private readonly record struct Symbol(int Code, byte Class, TextSpan Origin);
}
