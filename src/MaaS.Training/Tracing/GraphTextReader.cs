using System.Globalization;

namespace MaaS.Training.Tracing;

/// <summary>A place in the text of a libtorch graph that moves forward.</summary>
internal sealed class GraphTextReader(string text)
{
    private int _at;

    /// <summary>The next character; a zero at the end.</summary>
    public char Peek => _at < text.Length ? text[_at] : '\0';

    /// <summary>Passes a word if it stands here.</summary>
    public bool TryPass(string word)
    {
        if (string.CompareOrdinal(text, _at, word, 0, word.Length) != 0)
        {
            return false;
        }

        _at += word.Length;
        return true;
    }

    /// <summary>Passes a word that must stand here.</summary>
    public void Pass(string word)
    {
        if (!TryPass(word))
        {
            throw Unexpected($"'{word}'");
        }
    }

    /// <summary>Passes blanks and line ends.</summary>
    public void PassSpace()
    {
        while (Peek is ' ' or '\n' or '\r')
        {
            _at++;
        }
    }

    /// <summary>Passes the rest of the line.</summary>
    public void PassLine()
    {
        var end = text.IndexOf('\n', _at);
        _at = end < 0 ? text.Length : end + 1;
    }

    /// <summary>Reads a whole number without a sign.</summary>
    public int Number()
    {
        var start = _at;
        while (char.IsAsciiDigit(Peek))
        {
            _at++;
        }

        return start < _at ? int.Parse(text.AsSpan(start, _at - start), CultureInfo.InvariantCulture)
            : throw Unexpected("a number");
    }

    /// <summary>Reads up to one of the ends that stands outside of brackets and quotes.</summary>
    /// <param name="isEnd">Whether the text ends at a character, given with the one after it.</param>
    public string Until(Func<char, char, bool> isEnd)
    {
        var start = _at;
        for (var depth = 0; _at < text.Length; _at++)
        {
            var c = text[_at];
            if (depth == 0 && isEnd(c, _at + 1 < text.Length ? text[_at + 1] : '\0'))
            {
                return text[start.._at];
            }

            if (c == '"')
            {
                PassQuoted();
            }

            depth += c is '(' or '[' or '{' ? 1 : c is ')' or ']' or '}' ? -1 : 0;
        }

        throw Unexpected("more text");
    }

    /// <summary>The error for what stands here.</summary>
    public TracingException Unexpected(string expected)
    {
        const int Shown = 200;
        var end = Math.Min(text.Length, _at + Shown);
        return new TracingException(
            $"cannot read libtorch's graph: expected {expected}, got: {text[Math.Min(_at, end)..end]}");
    }

    // From the opening to the closing quote.
    private void PassQuoted()
    {
        for (_at++; Peek is not ('"' or '\0'); _at++)
        {
            if (Peek == '\\')
            {
                _at++;
            }
        }
    }
}
