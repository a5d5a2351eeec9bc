using System.Text;
using System.Text.Json;
using MaaS.Text.Components;
using MaaS.Text.Unicode;

namespace MaaS.Text.Normalizers;

/// <summary>BERT's cleaning: no control characters, plain spaces, spaces around Chinese characters, no accents, lower
/// case.</summary>
internal sealed class BertNormalizer : INormalizer
{
    public const string TypeName = "BertNormalizer";

    // Characters that the fast way does not handle: controls but tab, line feed and carriage return.
    private static readonly System.Buffers.SearchValues<char> Removed = System.Buffers.SearchValues.Create(
        [.. Enumerable.Range(0, 128).Select(static c => (char)c)
            .Where(static c => char.IsControl(c) && c is not ('\t' or '\n' or '\r'))]);

    private readonly bool _clean, _spaceCjk, _lowercase;
    private readonly bool? _stripAccents;

    public BertNormalizer(bool clean = true, bool spaceCjk = true, bool? stripAccents = null, bool lowercase = true)
    {
        (_clean, _spaceCjk, _stripAccents, _lowercase) = (clean, spaceCjk, stripAccents, lowercase);
    }

    public string Name => TypeName;

    private bool StripsAccents => _stripAccents ?? _lowercase;

    public static BertNormalizer Read(ComponentJson json) => new(
        json.Bool("clean_text", true),
        json.Bool("handle_chinese_chars", true),
        json.Member("strip_accents").IsNull ? null : json.Bool("strip_accents"),
        json.Bool("lowercase", true));

    public void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteBoolean("clean_text", _clean);
        writer.WriteBoolean("handle_chinese_chars", _spaceCjk);
        if (_stripAccents is { } strip)
        {
            writer.WriteBoolean("strip_accents", strip);
        }
        else
        {
            writer.WriteNull("strip_accents");
        }

        writer.WriteBoolean("lowercase", _lowercase);
    }

    public void Normalize(TextBuffer text)
    {
        if (!Ascii.IsValid(text.Chars) || (_clean && text.Chars.ContainsAny(Removed)))
        {
            Rewrite(text);
            return;
        }

        // Nothing moves: changed in place, white space with it.
        if (_lowercase)
        {
            Ascii.ToLowerInPlace(text.Chars, out _);
        }

        if (_clean)
        {
            text.Chars.ReplaceAny(Whitespace, ' ');
        }
    }

    private static readonly System.Buffers.SearchValues<char> Whitespace = System.Buffers.SearchValues.Create("\t\n\r");

    private void Rewrite(TextBuffer text)
    {
        text.BeginRewrite();
        Span<int> parts = stackalloc int[18];
        for (int i = 0, width; i < text.Length; i += width)
        {
            var code = CharClasses.CodePointAt(text.Chars, i, out width);
            var origin = text.Origin(i, i + width);
            var kind = CharClasses.Of(code);
            if (_clean)
            {
                if (code is 0 or 0xFFFD || kind.Is(CharClass.Control))
                {
                    continue;
                }

                if (kind.Is(CharClass.Space))
                {
                    code = ' ';
                }
            }

            var isolate = _spaceCjk && kind.Is(CharClass.Cjk);
            if (isolate)
            {
                text.Emit(' ', origin);
            }

            var count = StripsAccents ? NormalizationData.Instance.Decompose(code, compatibility: false, parts) : 0;
            if (count == 0)
            {
                Emit(text, code, origin);
            }

            for (var p = 0; p < count; p++)
            {
                Emit(text, parts[p], origin);
            }

            if (isolate)
            {
                text.Emit(' ', origin);
            }
        }

        text.EndRewrite();
    }

    private void Emit(TextBuffer text, int code, TextSpan origin)
    {
        if (StripsAccents && CharClasses.Of(code).Is(CharClass.NonspacingMark))
        {
            return;
        }

        if (_lowercase)
        {
            CaseMapping.EmitLower(text, code, origin);
        }
        else
        {
            text.Emit(code, origin);
        }
    }
}
