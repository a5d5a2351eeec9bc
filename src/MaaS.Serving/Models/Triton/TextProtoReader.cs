using System.Globalization;
using System.Text;

namespace MaaS.Serving.Models.Triton;

/// <summary>Reads protobuf's text format without knowing the messages.</summary>
/// <remarks>Source: Protocol Buffers, Text Format Language Specification.</remarks>
internal ref struct TextProtoReader
{
    private const int MaxDepth = 32;

    private readonly string _text;
    private int _at;

    private TextProtoReader(string text) => _text = text;

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="InvalidDataException">The text is none such, with the line.</exception>
    public static TextProtoMessage Read(string text)
    {
        var reader = new TextProtoReader(text);
        return reader.ReadFields(end: '\0', depth: 0);
    }

    private TextProtoMessage ReadFields(char end, int depth)
    {
        if (depth > MaxDepth)
        {
            throw Wrong($"at most {MaxDepth} messages inside each other");
        }

        var message = new TextProtoMessage();
        while (true)
        {
            var next = Peek();
            if (next == end)
            {
                _at += end == '\0' ? 0 : 1;
                return message;
            }

            if (next is ',' or ';')
            {
                _at++;
                continue;
            }

            var name = ReadWord("the name of a field");
            var isMessage = Peek() is '{' or '<' or '[';
            if (!isMessage)
            {
                Expect(':');
            }

            if (Peek() != '[')
            {
                message.Add(name, ReadValue(depth));
                continue;
            }

            _at++;
            while (Peek() != ']')
            {
                message.Add(name, ReadValue(depth));
                if (Peek() == ',')
                {
                    _at++;
                }
            }

            _at++;
        }
    }

    private TextProtoValue ReadValue(int depth)
    {
        switch (Peek())
        {
            case '{' or '<':
                var end = _text[_at++] == '{' ? '}' : '>';
                return new TextProtoValue(null, ReadFields(end, depth + 1));
            case '"' or '\'':
                var text = new StringBuilder();
                while (Peek() is '"' or '\'')
                {
                    ReadString(text);
                }

                return new TextProtoValue(text.ToString(), null);
            default:
                return new TextProtoValue(ReadWord("a value"), null);
        }
    }

    private void ReadString(StringBuilder text)
    {
        var quote = _text[_at++];
        while (true)
        {
            if (_at >= _text.Length || _text[_at] == '\n')
            {
                throw Wrong("the end of a text");
            }

            var next = _text[_at++];
            if (next == quote)
            {
                return;
            }

            text.Append(next == '\\' ? ReadEscape() : next);
        }
    }

    private char ReadEscape()
    {
        var kind = _at < _text.Length ? _text[_at++] : '\0';
        switch (kind)
        {
            case 'n':
                return '\n';
            case 't':
                return '\t';
            case 'r':
                return '\r';
            case '\\' or '"' or '\'' or '?':
                return kind;
            case 'x' when _at + 1 < _text.Length && byte.TryParse(
                _text.AsSpan(_at, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex):
                _at += 2;
                return (char)hex;
            default:
                throw Wrong("an escape as \\n or \\\" in a text");
        }
    }

    private string ReadWord(string expected)
    {
        Peek();
        var start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '_' or '.' or '-' or '+'))
        {
            _at++;
        }

        return _at > start ? _text[start.._at] : throw Wrong(expected);
    }

    private void Expect(char wanted)
    {
        if (Peek() != wanted)
        {
            throw Wrong($"'{wanted}'");
        }

        _at++;
    }

    /// <summary>The next character that means something; 0 at the end of the text.</summary>
    private char Peek()
    {
        while (_at < _text.Length && (char.IsWhiteSpace(_text[_at]) || _text[_at] == '#'))
        {
            if (_text[_at] == '#')
            {
                var end = _text.IndexOf('\n', _at);
                _at = end < 0 ? _text.Length : end;
            }
            else
            {
                _at++;
            }
        }

        return _at < _text.Length ? _text[_at] : '\0';
    }

    private readonly InvalidDataException Wrong(string expected)
    {
        var line = 1 + _text.AsSpan(0, Math.Min(_at, _text.Length)).Count('\n');
        var got = _at < _text.Length ? $"'{_text[_at]}'" : "the end of the file";
        return new InvalidDataException($"line {line}: expected {expected}, got {got}.");
    }
}
