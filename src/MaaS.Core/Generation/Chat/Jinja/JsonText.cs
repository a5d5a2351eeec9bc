using System.Collections;
using System.Numerics;
using System.Text;

namespace MaaS.Core.Generation.Chat.Jinja;

/// <summary>Values as Python's <c>json.dumps(…, ensure_ascii=False)</c> writes them.</summary>
/// <param name="indent">Blanks for each level; null for one line.</param>
/// <param name="itemSeparator">Between items.</param>
/// <param name="keySeparator">Between a key and its value.</param>
/// <param name="sorted">Whether keys come in order.</param>
internal sealed class JsonText(string? indent, string itemSeparator, string keySeparator, bool sorted)
{
    private readonly StringBuilder _text = new();

    public string Write(object? value)
    {
        Append(value, 0);
        return _text.ToString();
    }

    private void Append(object? value, int depth)
    {
        StackGuard.Check();
        switch (value)
        {
            case null or bool:
                _text.Append(value switch { null => "null", true => "true", _ => "false" });
                break;
            case double real:
                _text.Append(double.IsNaN(real) ? "NaN" : double.IsPositiveInfinity(real) ? "Infinity"
                    : double.IsNegativeInfinity(real) ? "-Infinity" : PythonText.Real(real));
                break;
            case long or BigInteger:
                _text.Append(PythonText.Of(value));
                break;
            case string text:
                AppendString(text);
                break;
            case DictValue dict:
                var items = sorted ? dict.Items.Order(ByKey) : dict.Items;
                AppendAll('{', '}', items, depth, item =>
                {
                    AppendString(item.Key);
                    _text.Append(keySeparator);
                    Append(item.Value, depth + 1);
                });
                break;
            case IList list:
                AppendAll('[', ']', list.Cast<object?>(), depth, item => Append(item, depth + 1));
                break;
            default:
                throw PythonValues.Missing(value)
                    ?? new TemplateFault($"tojson: expected what JSON can hold, got {PythonValues.TypeName(value)}");
        }
    }

    private static Comparer<KeyValuePair<string, object?>> ByKey { get; } =
        Comparer<KeyValuePair<string, object?>>.Create(static (a, b) => PythonValues.Order(a.Key, b.Key) ?? 0);

    private void AppendAll<T>(char open, char close, IEnumerable<T> items, int depth, Action<T> append)
    {
        _text.Append(open);
        var any = false;
        foreach (var item in items)
        {
            _text.Append(any ? itemSeparator : "");
            NewLine(depth + 1);
            append(item);
            any = true;
        }

        if (any)
        {
            NewLine(depth);
        }

        _text.Append(close);
    }

    private void NewLine(int depth)
    {
        if (indent is not null)
        {
            _text.Append('\n');
            for (var i = 0; i < depth; i++)
            {
                _text.Append(indent);
            }
        }
    }

    private void AppendString(string text)
    {
        _text.Append('"');
        foreach (var c in text)
        {
            var escape = "\"\\\n\r\t\f\b".IndexOf(c, StringComparison.Ordinal);
            if (escape >= 0)
            {
                _text.Append('\\').Append("\"\\nrtfb"[escape]);
            }
            else if (c < ' ')
            {
                _text.Append($"\\u{(int)c:x4}");
            }
            else
            {
                _text.Append(c);
            }
        }

        _text.Append('"');
    }
}
