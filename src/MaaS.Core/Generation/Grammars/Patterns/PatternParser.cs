using System.Globalization;

namespace MaaS.Core.Generation.Grammars.Patterns;

/// <summary>Reads the regular expressions of schemas: characters, classes, groups, choices and repetitions.</summary>
/// <remarks>Where the dialects differ, as in what <c>\w</c> or <c>.</c> hold, the part on which they agree is
/// taken.</remarks>
internal sealed class PatternParser
{
    private const int MaxRepeat = 2000;
    private const int MaxDepth = 50;
    private const int MaxLength = 10_000;

    private static readonly CharSet Digits = CharSet.Of(('0', '9'));
    private static readonly CharSet Word = CharSet.Of(('0', '9'), ('A', 'Z'), ('a', 'z'), ('_', '_'));
    private static readonly CharSet Space = CharSet.Of((' ', ' '), ('\t', '\n'), ('\r', '\r'));

    // Outside of it the dialects have letters, digits and spaces of their own.
    private static readonly CharSet Ascii = CharSet.Of((0x20, 0x7E));
    private static readonly CharSet LineEnds = CharSet.Of(('\n', '\n'), ('\r', '\r'), (0x85, 0x85), (0x2028, 0x2029));

    private readonly string _pattern;
    private readonly string _place;
    private int _at;
    private int _depth;

    private PatternParser(string pattern, string place) => (_pattern, _place) = (pattern, place);

    /// <summary>The texts in which a pattern is found.</summary>
    /// <param name="pattern">Found anywhere unless <c>^</c> and <c>$</c> hold it at the ends.</param>
    /// <param name="place">Where it stands, for errors.</param>
    /// <exception cref="SchemaFault">It is damaged, or uses what is not supported.</exception>
    public static PatternNode Parse(string pattern, string place)
    {
        if (pattern.Length > MaxLength)
        {
            throw new SchemaFault(
                place, $"patterns of more than {MaxLength:N0} characters are not supported, got {pattern.Length:N0}");
        }

        var parser = new PatternParser(pattern, place);
        var options = parser.Options(outermost: true);
        return parser._at == pattern.Length ? options : throw parser.Fault("')' closes nothing");
    }

    /// <summary>The texts that are a pattern's from end to end.</summary>
    /// <param name="pattern">Without <c>^</c> and <c>$</c>.</param>
    public static PatternNode ParseWhole(string pattern) => new PatternParser(pattern, "").Options(outermost: false);

    private PatternNode Options(bool outermost)
    {
        if (++_depth > MaxDepth)
        {
            throw Fault($"groups are nested more than {MaxDepth} deep");
        }

        List<PatternNode> options = [Sequence(outermost)];
        while (Take('|'))
        {
            options.Add(Sequence(outermost));
        }

        _depth--;
        return options.Count == 1 ? options[0] : new PatternNode.Choice(options);
    }

    private PatternNode.Sequence Sequence(bool outermost)
    {
        List<PatternNode> parts = [];
        var held = outermost && Take('^');
        if (outermost && !held)
        {
            parts.Add(PatternNode.Anything);
        }

        held = false;
        while (_at < _pattern.Length && _pattern[_at] is not ('|' or ')'))
        {
            if (outermost && _pattern[_at] == '$' && (_at + 1 == _pattern.Length || _pattern[_at + 1] == '|'))
            {
                _at++;
                held = true;
                break;
            }

            parts.Add(Repeated(Atom()));
        }

        if (outermost && !held)
        {
            parts.Add(PatternNode.Anything);
        }

        return new(parts);
    }

    private PatternNode Repeated(PatternNode part)
    {
        while (_at < _pattern.Length)
        {
            (int Least, int? Most)? times = _pattern[_at] switch
            {
                '*' => (0, null),
                '+' => (1, null),
                '?' => (0, 1),
                '{' => Bounds(),
                _ => null,
            };
            if (times is not { } bounds)
            {
                return part;
            }

            _at++;
            // A lazy repetition has the same texts.
            Take('?');
            part = new PatternNode.Repeat(part, bounds.Least, bounds.Most);
            if (_at < _pattern.Length && _pattern[_at] is '*' or '+' or '?' or '{')
            {
                throw Fault("a repetition of a repetition is not supported");
            }
        }

        return part;
    }

    // {n}, {n,} or {n,m}; ends at the closing brace.
    private (int, int?) Bounds()
    {
        var end = _pattern.IndexOf('}', _at);
        var parts = end < 0 ? [] : _pattern[(_at + 1)..end].Split(',');
        if (parts is not { Length: 1 or 2 } || Number(parts[0]) is not { } least
            || (parts.Length == 2 && parts[1].Length > 0 && Number(parts[1]) is null))
        {
            throw Fault($"expected {{n}}, {{n,}} or {{n,m}} with numbers of at most {MaxRepeat}");
        }

        _at = end;
        return (least, parts.Length == 1 ? least : parts[1].Length == 0 ? null
            : Number(parts[1]) is { } most && most >= least ? most
            : throw Fault("the repetition ends before it begins"));
    }

    private static int? Number(string digits)
        => int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n <= MaxRepeat
            ? n : null;

    private PatternNode Atom()
    {
        var c = _pattern[_at++];
        switch (c)
        {
            case '(':
                if (Take('?') && !Take(':'))
                {
                    throw Fault("of groups with '?' only (?:…) is supported");
                }

                var inner = Options(outermost: false);
                return Take(')') ? inner : throw Fault("')' is missing");
            case '[':
                return new PatternNode.Character(Class());
            case '.':
                return new PatternNode.Character(CharSet.All.Except(LineEnds));
            case '\\':
                return new PatternNode.Character(Escape());
            case '^' or '$':
                throw Fault($"'{c}' is supported at the ends only");
            case '*' or '+' or '?' or '{' or '}' or ']':
                throw Fault($"'{c}' has nothing before it; write \\{c} for the character");
            default:
                _at--;
                return new PatternNode.Character(CharSet.Of(CodePoint()));
        }
    }

    private int CodePoint()
    {
        var wide = char.IsSurrogatePair(_pattern, _at);
        var code = wide ? char.ConvertToUtf32(_pattern, _at) : _pattern[_at];
        _at += wide ? 2 : 1;
        return char.IsSurrogate((char)Math.Min(code, 0xFFFF)) && !wide ? throw Fault("half of a surrogate pair") : code;
    }

    private CharSet Class()
    {
        var negated = Take('^');
        List<(int Low, int High)> ranges = [];
        var begun = false;
        while (_at < _pattern.Length && (_pattern[_at] != ']' || !begun))
        {
            begun = true;
            var first = ClassPart();
            if (first.Only is { } low && _at + 1 < _pattern.Length && _pattern[_at] == '-' && _pattern[_at + 1] != ']')
            {
                _at++;
                var high = ClassPart().Only ?? throw Fault("a range of a class ends with a class");
                ranges.Add(high >= low ? (low, high) : throw Fault("a range of a class ends before it begins"));
                continue;
            }

            ranges.AddRange(first.Ranges);
        }

        if (!Take(']'))
        {
            throw Fault("']' is missing");
        }

        var set = CharSet.Of([.. ranges]);

        // A range may go across the halves of surrogate pairs, which are no characters.
        var rest = CharSet.All.Except(set);
        return (negated ? rest : CharSet.All.Except(rest)) is { Ranges.Count: > 0 } some ? some
            : throw Fault("a class holds no character");
    }

    private CharSet ClassPart()
    {
        if (_pattern[_at] == '[')
        {
            throw Fault("'[' within a class is not supported; write \\[");
        }

        return Take('\\') ? Escape() : CharSet.Of(CodePoint());
    }

    private CharSet Escape()
    {
        var c = _at < _pattern.Length ? _pattern[_at++] : throw Fault("'\\' ends the pattern");
        return c switch
        {
            'd' => Digits,
            'w' => Word,
            's' => Space,
            'D' => Ascii.Except(Digits),
            'W' => Ascii.Except(Word),
            'S' => Ascii.Except(Space),
            'n' => CharSet.Of('\n'),
            'r' => CharSet.Of('\r'),
            't' => CharSet.Of('\t'),
            'f' => CharSet.Of('\f'),
            'v' => CharSet.Of('\v'),
            'x' => Hexadecimal(2),
            'u' => Hexadecimal(4),
            _ when char.IsAsciiLetterOrDigit(c) || char.IsSurrogate(c) => throw Fault($"'\\{c}' is not supported"),
            _ => CharSet.Of(c),
        };
    }

    private CharSet Hexadecimal(int digits)
    {
        var text = _pattern.AsSpan(_at, Math.Min(digits, _pattern.Length - _at));
        if (text.Length < digits
            || !int.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            || code is >= 0xD800 and <= 0xDFFF)
        {
            throw Fault($"expected {digits} hexadecimal digits of a whole character");
        }

        _at += digits;
        return CharSet.Of(code);
    }

    private string Short => _pattern.Length > 200 ? $"{_pattern[..200]}…" : _pattern;

    private bool Take(char c)
    {
        var found = _at < _pattern.Length && _pattern[_at] == c;
        _at += found ? 1 : 0;
        return found;
    }

    private SchemaFault Fault(string what) => new(_place, $"pattern '{Short}', at {_at}: {what}");
}
