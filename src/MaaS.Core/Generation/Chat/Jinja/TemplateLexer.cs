namespace MaaS.Core.Generation.Chat.Jinja;

/// <summary>Cuts a template into tokens, with white space about tags treated as transformers sets Jinja up:
/// <c>trim_blocks</c> and <c>lstrip_blocks</c> are on.</summary>
internal sealed class TemplateLexer
{
    private readonly string _source;
    private readonly List<TemplateToken> _tokens = [];
    private int _at;
    private int _line = 1;

    // Where the text up to _line was counted.
    private int _counted;

    private TemplateLexer(string source) => _source = source;

    /// <summary>All tokens, the last of which is the end.</summary>
    public static IReadOnlyList<TemplateToken> Read(string template)
    {
        // Jinja reads every kind of line end as one and leaves the last one of a template out.
        var source = template.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        var lexer = new TemplateLexer(source.EndsWith('\n') ? source[..^1] : source);
        lexer.Run();
        return lexer._tokens;
    }

    private void Run()
    {
        var lineStart = true;
        while (_at < _source.Length)
        {
            var tag = NextTag(_at);
            var text = _source[_at..(tag < 0 ? _source.Length : tag)];
            if (tag < 0)
            {
                AddText(text);
                break;
            }

            var kind = _source[tag + 1];
            var sign = tag + 2 < _source.Length && _source[tag + 2] is '-' or '+' ? _source[tag + 2] : ' ';
            AddText(sign == '-' ? PythonText.TrimEnd(text)
                : sign != '+' && kind != '{' ? LeftStrip(text, lineStart) : text);
            _at = tag + (sign == ' ' ? 2 : 3);
            if (kind == '#')
            {
                SkipComment(tag);
            }
            else
            {
                ReadTag(kind == '%', tag);
            }

            lineStart = _source[_at - 1] == '\n';
        }

        Add(TemplateTokenKind.End, "", _source.Length);
    }

    private int NextTag(int from)
    {
        for (var i = _source.IndexOf('{', from); i >= 0 && i + 1 < _source.Length; i = _source.IndexOf('{', i + 1))
        {
            if (_source[i + 1] is '{' or '%' or '#')
            {
                return i;
            }
        }

        return -1;
    }

    // Blanks between a line's start and a statement do not count.
    private static string LeftStrip(string text, bool lineStart)
    {
        var start = text.LastIndexOf('\n') + 1;
        return (start > 0 || lineStart) && PythonText.IsSpace(text.AsSpan(start)) ? text[..start] : text;
    }

    private void SkipComment(int tag)
    {
        var end = _source.IndexOf("#}", _at, StringComparison.Ordinal);
        if (end < 0)
        {
            throw new TemplateFault(LineOf(tag), "expected '#}' after '{#', got the end of the template");
        }

        var sign = end > _at ? _source[end - 1] : ' ';
        _at = end + 2;
        AfterStatement(sign);
    }

    // What follows a statement or comment: everything blank after '-', else one line end unless '+' keeps it.
    private void AfterStatement(char sign)
    {
        if (sign == '-')
        {
            SkipSpace();
        }
        else if (sign != '+' && _at < _source.Length && _source[_at] == '\n')
        {
            _at++;
        }
    }

    private void ReadTag(bool statement, int tag)
    {
        Add(statement ? TemplateTokenKind.BlockBegin : TemplateTokenKind.VariableBegin, "", tag);
        var end = statement ? "%}" : "}}";
        Stack<char> open = [];
        while (true)
        {
            SkipSpace();
            if (_at >= _source.Length)
            {
                throw new TemplateFault(
                    LineOf(tag), $"expected '{end}' after '{_source[tag..(tag + 2)]}', got the end of the template");
            }

            if (open.Count == 0 && TryEnd(end, statement))
            {
                return;
            }

            ReadToken(open);
        }
    }

    private bool TryEnd(string end, bool statement)
    {
        var sign = _source[_at] is '-' || (_source[_at] is '+' && statement) ? _source[_at] : ' ';
        var from = sign == ' ' ? _at : _at + 1;
        if (string.CompareOrdinal(_source, from, end, 0, 2) != 0)
        {
            return false;
        }

        Add(statement ? TemplateTokenKind.BlockEnd : TemplateTokenKind.VariableEnd, "", _at);
        _at = from + 2;
        if (statement)
        {
            AfterStatement(sign);
        }
        else if (sign == '-')
        {
            SkipSpace();
        }

        return true;
    }

    private void ReadToken(Stack<char> open)
    {
        var (start, c) = (_at, _source[_at]);
        if (c is '\'' or '"')
        {
            ReadString(c);
        }
        else if (char.IsAsciiDigit(c))
        {
            ReadNumber();
        }
        else if (char.IsLetter(c) || c == '_')
        {
            while (_at < _source.Length && (char.IsLetterOrDigit(_source[_at]) || _source[_at] == '_'))
            {
                _at++;
            }

            Add(TemplateTokenKind.Name, _source[start.._at], start);
        }
        else
        {
            ReadOperator(open);
        }
    }

    private void ReadOperator(Stack<char> open)
    {
        var two = _at + 1 < _source.Length ? _source.Substring(_at, 2) : "";
        var text = two is "**" or "//" or "==" or "!=" or "<=" or ">=" ? two : _source[_at].ToString();
        if (text.Length == 1 && !"+-/*%~[](){}<>=.:|,;".Contains(text[0], StringComparison.Ordinal))
        {
            throw new TemplateFault(LineOf(_at), $"expected an expression, got the character '{text}'");
        }

        if (text is "(" or "[" or "{")
        {
            open.Push(text[0]);
        }
        else if (text is ")" or "]" or "}"
            && (!open.TryPop(out var opened) || opened != (text == ")" ? '(' : text == "]" ? '[' : '{')))
        {
            throw new TemplateFault(LineOf(_at), $"'{text}' closes nothing that is open");
        }

        Add(TemplateTokenKind.Operator, text, _at);
        _at += text.Length;
    }

    private void ReadNumber()
    {
        var (start, real) = (_at, false);
        SkipDigits();
        if (_at + 1 < _source.Length && _source[_at] == '.' && char.IsAsciiDigit(_source[_at + 1])
            && (start == 0 || _source[start - 1] != '.'))
        {
            real = true;
            _at++;
            SkipDigits();
        }

        var exponent = _at + 1 < _source.Length && _source[_at] is 'e' or 'E'
            ? _at + (_source[_at + 1] is '+' or '-' ? 2 : 1) : _source.Length;
        if (exponent < _source.Length && char.IsAsciiDigit(_source[exponent]))
        {
            real = true;
            _at = exponent;
            SkipDigits();
        }

        if (_at < _source.Length && (char.IsLetter(_source[_at]) || _source[_at] == '_'))
        {
            throw new TemplateFault(LineOf(start), $"expected a decimal number, got '{_source[start..(_at + 1)]}…'");
        }

        var digits = _source[start.._at].Replace("_", "", StringComparison.Ordinal);
        Add(real ? TemplateTokenKind.Real : TemplateTokenKind.Integer, digits, start);
    }

    private void SkipDigits()
    {
        while (_at < _source.Length && (char.IsAsciiDigit(_source[_at])
            || (_source[_at] == '_' && _at + 1 < _source.Length && char.IsAsciiDigit(_source[_at + 1]))))
        {
            _at++;
        }
    }

    private void ReadString(char quote)
    {
        var start = _at++;
        while (_at < _source.Length && _source[_at] != quote)
        {
            _at += _source[_at] == '\\' ? 2 : 1;
        }

        if (_at >= _source.Length)
        {
            throw new TemplateFault(
                LineOf(start), $"expected {quote} at the end of a string, got the end of the template");
        }

        Add(TemplateTokenKind.String, StringEscapes.Resolve(_source[(start + 1).._at], LineOf(start)), start);
        _at++;
    }

    private void SkipSpace()
    {
        while (_at < _source.Length && PythonText.IsSpace(_source[_at]))
        {
            _at++;
        }
    }

    private void AddText(string text)
    {
        if (text.Length > 0)
        {
            Add(TemplateTokenKind.Text, text, _at);
        }
    }

    private void Add(TemplateTokenKind kind, string text, int at) => _tokens.Add(new(kind, text, LineOf(at)));

    // Positions come in rising order but for errors, which look a little way back.
    private int LineOf(int at)
    {
        if (at >= _counted)
        {
            _line += _source.AsSpan(_counted, at - _counted).Count('\n');
            _counted = at;
            return _line;
        }

        return _line - _source.AsSpan(at, _counted - at).Count('\n');
    }
}
