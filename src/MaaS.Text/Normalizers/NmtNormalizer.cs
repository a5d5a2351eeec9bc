using System.Text.Json;
using MaaS.Text.Unicode;

namespace MaaS.Text.Normalizers;

/// <summary>Leaves control characters out and makes invisible ones and line ends spaces, as SentencePiece's nmt rules
/// do.</summary>
internal sealed class NmtNormalizer : INormalizer
{
    public const string TypeName = "Nmt";

    public string Name => TypeName;

    public void WriteMembers(Utf8JsonWriter writer)
    {
        // The name says all.
    }

    public void Normalize(TextBuffer text)
    {
        text.BeginRewrite();
        for (var i = 0; i < text.Length; i++)
        {
            var unit = text.Chars[i];
            if (IsSpace(unit))
            {
                text.Emit(' ', text.Origin(i));
            }
            else if (!IsControl(unit))
            {
                text.Keep(i);
            }
        }

        text.EndRewrite();
    }

    private static bool IsControl(char unit) =>
        unit is (>= '\u0001' and <= '\u0008') or '\u000B' or (>= '\u000E' and <= '\u001F') or '\u007F' or '\u008F'
            or '\u009F';

    private static bool IsSpace(char unit) =>
        unit is '\t' or '\n' or '\f' or '\r' or '\u1680' or (>= '\u200B' and <= '\u200F') or '\u2028' or '\u2029'
            or '\u2581' or '\uFEFF' or '\uFFFD';
}
