using System.Globalization;

namespace MaaS.Text.Unicode;

/// <summary>Rare characters up to U+FFFF, one for each general category, that stand for characters beyond.</summary>
internal static class StandIns
{
    private static readonly char[] ByCategory = MakeTable();

    /// <summary>A character of the same category.</summary>
    public static char For(int codePoint) => ByCategory[(int)CharUnicodeInfo.GetUnicodeCategory(codePoint)];

    // The last one of a category before the presentation forms: patterns seldom name it.
    private static char[] MakeTable()
    {
        var table = new char[30];
        for (var c = 0; c < 0xFB00; c++)
        {
            table[(int)CharUnicodeInfo.GetUnicodeCategory((char)c)] = (char)c;
        }

        return table;
    }
}
