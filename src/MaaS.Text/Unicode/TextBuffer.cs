namespace MaaS.Text.Unicode;

/// <summary>A piece of text on its way through the pipeline; every UTF-16 unit knows the part of the original it came
/// from.</summary>
/// <remarks>
/// A change of the text is one pass: <see cref="BeginRewrite"/>, <see cref="Keep"/> and
/// <see cref="Emit(char, TextSpan)"/> in the order of the new text, <see cref="EndRewrite"/>. As long as nothing moved,
/// no origins are stored.
/// </remarks>
internal sealed class TextBuffer
{
    private char[] _chars = [], _newChars = [];
    private TextSpan[] _origins = [], _newOrigins = [];
    private int _length, _newLength, _base;
    private bool _moved;

    /// <summary>The text as it is now.</summary>
    public Span<char> Chars => _chars.AsSpan(0, _length);

    /// <summary>UTF-16 units of the text as it is now.</summary>
    public int Length => _length;

    /// <summary>UTF-16 units that the buffer holds without growing.</summary>
    public int Capacity => Math.Max(_chars.Length, _newChars.Length);

    /// <summary>Starts over with a part of an original text; lone surrogates become U+FFFD.</summary>
    public void Load(ReadOnlySpan<char> text, int start)
    {
        if (_chars.Length < text.Length)
        {
            _chars = new char[Grown(text.Length)];
        }

        text.CopyTo(_chars);
        (_length, _base, _moved) = (text.Length, start, false);
        ReplaceLoneSurrogates(Chars);
    }

    /// <summary>Starts over with a part of another buffer.</summary>
    public void Load(TextBuffer other, int start, int end)
    {
        BeginRewrite();
        for (var i = start; i < end; i++)
        {
            Emit(other._chars[i], other.Origin(i));
        }

        EndRewrite();
    }

    /// <summary>Where the unit at an index came from.</summary>
    public TextSpan Origin(int index) => _moved ? _origins[index] : new TextSpan(_base + index, _base + index + 1);

    /// <summary>Where the units of a non-empty range came from.</summary>
    public TextSpan Origin(int start, int end) =>
        _moved ? new TextSpan(_origins[start].Start, _origins[end - 1].End) : new TextSpan(_base + start, _base + end);

    /// <summary>Where the code point that starts at an index came from.</summary>
    public TextSpan OriginOfCodePoint(int index) =>
        Origin(index, char.IsHighSurrogate(_chars[index]) && index + 1 < _length ? index + 2 : index + 1);

    /// <summary>Where the code point that ends before an index came from.</summary>
    public TextSpan OriginOfCodePointBefore(int index) =>
        Origin(char.IsLowSurrogate(_chars[index - 1]) && index > 1 ? index - 2 : index - 1, index);

    public void BeginRewrite() => _newLength = 0;

    /// <summary>Takes over the unit at an index.</summary>
    public void Keep(int index) => Emit(_chars[index], Origin(index));

    /// <summary>Adds a unit.</summary>
    public void Emit(char unit, TextSpan origin)
    {
        if (_newLength == _newOrigins.Length || _newLength == _newChars.Length)
        {
            var size = Grown(_newLength + 1);
            Array.Resize(ref _newChars, size);
            Array.Resize(ref _newOrigins, size);
        }

        _newChars[_newLength] = unit;
        _newOrigins[_newLength++] = origin;
    }

    /// <summary>Adds a code point.</summary>
    public void Emit(int codePoint, TextSpan origin)
    {
        if (codePoint < 0x10000)
        {
            Emit((char)codePoint, origin);
            return;
        }

        Emit((char)(0xD7C0 + (codePoint >> 10)), origin);
        Emit((char)(0xDC00 + (codePoint & 0x3FF)), origin);
    }

    /// <summary>Units written since <see cref="BeginRewrite"/>.</summary>
    public int Written => _newLength;

    public void EndRewrite()
    {
        (_chars, _newChars) = (_newChars, _chars);
        (_origins, _newOrigins) = (_newOrigins, _origins);
        (_length, _moved) = (_newLength, true);
    }

    private static int Grown(int needed) => (int)Math.Min(Array.MaxLength, Math.Max(256, needed + (needed / 2L)));

    private static void ReplaceLoneSurrogates(Span<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var next = text[i..].IndexOfAnyInRange('\uD800', '\uDFFF');
            if (next < 0)
            {
                return;
            }

            i += next;
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else
            {
                text[i] = '\uFFFD';
            }
        }
    }
}
