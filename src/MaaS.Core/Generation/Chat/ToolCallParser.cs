using System.Text;

namespace MaaS.Core.Generation.Chat;

/// <summary>Tells calls of tools from text in what a model writes, piece by piece. Used by one thread at a
/// time.</summary>
/// <remarks>
/// Calls stand between <c>&lt;tool_call&gt;</c> and <c>&lt;/tool_call&gt;</c> (Hermes, Qwen), behind
/// <c>[TOOL_CALLS]</c> (Mistral), or are JSON from the text's beginning on, one object or a list of them, after
/// <c>&lt;|python_tag|&gt;</c> or not (Llama 3, and what <see cref="Grammars.JsonGrammar"/> writes). A call has
/// <c>name</c>, and <c>arguments</c> or <c>parameters</c>. What looks like a call and is none, or names a tool that is
/// not known, comes out as the text that it was. Text is held back only while it may still become a call.
/// </remarks>
public sealed class ToolCallParser
{
    private const string Open = "<tool_call>", Close = "</tool_call>";
    private const string Mistral = "[TOOL_CALLS]", Python = "<|python_tag|>";

    private readonly IReadOnlySet<string>? _tools;
    private readonly Func<ChatToolCall, bool>? _accepts;
    private readonly StringBuilder _held = new();
    private readonly List<ToolCallPiece> _pieces = [];
    private Place _place = Place.Beginning;
    private JsonScan _scan = new();

    // Where a call's JSON begins in what is held: behind a mark and the white space before it.
    private int _begin;
    private int _searched;

    // Whether calls began the text.
    private bool _called;

    /// <summary>A parser at a text's beginning.</summary>
    /// <param name="tools">Names of tools that may be called; null for any.</param>
    /// <param name="accepts">Whether a call is one, as its arguments are; null for all.</param>
    public ToolCallParser(IEnumerable<string>? tools = null, Func<ChatToolCall, bool>? accepts = null)
        => (_tools, _accepts) = (tools?.ToHashSet(StringComparer.Ordinal), accepts);

    private enum Place
    {
        // Nothing but white space and calls so far.
        Beginning,

        // Within JSON that began the text.
        Json,

        // Text that may go over to a marked call.
        Text,

        // Behind <tool_call>.
        Marked,

        // Behind [TOOL_CALLS].
        List,
    }

    /// <summary>Takes the next piece of the text.</summary>
    /// <returns>What is certain now, in order.</returns>
    public IReadOnlyList<ToolCallPiece> Add(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        _held.Append(text);
        return Run(last: false);
    }

    /// <summary>Ends the text.</summary>
    /// <returns>What was held back.</returns>
    public IReadOnlyList<ToolCallPiece> Finish() => Run(last: true);

    /// <summary>The text and the calls of a whole answer.</summary>
    /// <param name="text">What a model wrote.</param>
    /// <param name="tools">Names of tools that may be called; null for any.</param>
    public static (string Text, IReadOnlyList<ChatToolCall> Calls) Parse(string text, IEnumerable<string>? tools = null)
    {
        var parser = new ToolCallParser(tools);
        ToolCallPiece[] pieces = [.. parser.Add(text), .. parser.Finish()];
        return (
            string.Concat(pieces.Select(static p => p.Text)),
            [.. pieces.Where(static p => p.Call is not null).Select(static p => p.Call!)]);
    }

    private List<ToolCallPiece> Run(bool last)
    {
        _pieces.Clear();
        while (_place switch
        {
            Place.Beginning => Begin(last),
            Place.Text => FindMark(last),
            Place.Marked => FindClose(last),
            _ => ScanJson(last),
        })
        {
            // Each step takes the held text one place further.
        }

        return [.. _pieces];
    }

    private bool Begin(bool last)
    {
        var held = _held.ToString();
        // Llama 3 sets calls apart by semicolons.
        var text = _called ? held.TrimStart([' ', '\n', '\r', '\t', ';', ',']) : held.TrimStart();
        if (text.Length == 0 || (!last && (Python.StartsWith(text, StringComparison.Ordinal)
            || (text.Length < Mistral.Length && Mistral.StartsWith(text, StringComparison.Ordinal)))))
        {
            if (last && _called)
            {
                _held.Clear();
            }
            else if (last)
            {
                Release(held.Length);
            }

            return false;
        }

        var skipped = held.Length - text.Length;
        if (text.StartsWith(Python, StringComparison.Ordinal))
        {
            _held.Remove(0, skipped + Python.Length);
            return true;
        }

        var json = text[0] is '{' or '[' && !text.StartsWith(Mistral, StringComparison.Ordinal);
        Go(json ? Place.Json : Place.Text, json ? skipped : 0);
        return true;
    }

    private bool FindMark(bool last)
    {
        var held = _held.ToString();
        var (hermes, mistral) = (
            held.IndexOf(Open, StringComparison.Ordinal), held.IndexOf(Mistral, StringComparison.Ordinal));
        var first = hermes >= 0 && (mistral < 0 || hermes < mistral);
        if (first || mistral >= 0)
        {
            // White space before a mark belongs to it.
            var (at, mark) = first ? (hermes, Open) : (mistral, Mistral);
            var text = held.AsSpan(0, at).TrimEnd().Length;
            Release(text);
            Go(first ? Place.Marked : Place.List, at - text + mark.Length);
            return true;
        }

        // White space at the end goes with a mark that may follow it.
        var certain = last ? held.Length : held.Length - Math.Max(Begun(held, Open), Begun(held, Mistral));
        Release(last ? certain : held.AsSpan(0, certain).TrimEnd().Length);
        return false;
    }

    private bool FindClose(bool last)
    {
        var held = _held.ToString();
        var end = held.IndexOf(Close, Math.Max(0, _searched - Close.Length), StringComparison.Ordinal);
        _searched = held.Length;
        if (end < 0 && !last)
        {
            return false;
        }

        var length = end < 0 ? held.Length : end;
        var calls = Read(held[_begin..length]);
        if (calls is null)
        {
            Release(end < 0 ? length : length + Close.Length);
        }
        else
        {
            Emit(calls, end < 0 ? length : length + Close.Length);
        }

        Go(Place.Text, 0);
        return _held.Length > 0;
    }

    private bool ScanJson(bool last)
    {
        while (_begin + _scan.At < _held.Length && !_scan.IsWhole)
        {
            _scan.Take(_held[_begin + _scan.At]);
        }

        if (!_scan.IsWhole && !last)
        {
            return false;
        }

        var length = _begin + _scan.At;
        var calls = Read(_held.ToString(_begin, _scan.At));
        if (calls is null)
        {
            Release(length);
            Go(Place.Text, 0);
            return _held.Length > 0;
        }

        Emit(calls, length);
        _called = true;
        Go(Place.Beginning, 0);
        return _held.Length > 0;
    }

    private IReadOnlyList<ChatToolCall>? Read(string text)
        => ToolCallJson.Read(text, _tools) is { } calls && (_accepts is null || calls.All(_accepts)) ? calls : null;

    private void Go(Place place, int begin)
        => (_place, _begin, _searched, _scan) = (place, begin, begin, new());

    private void Release(int length)
    {
        if (length > 0)
        {
            _pieces.Add(new(_held.ToString(0, length), null));
            _held.Remove(0, length);
        }
    }

    private void Emit(IReadOnlyList<ChatToolCall> calls, int length)
    {
        _held.Remove(0, length);
        _pieces.AddRange(calls.Select(static c => new ToolCallPiece("", c)));
    }

    // How much of a mark a text ends with.
    private static int Begun(string text, string mark)
    {
        for (var length = Math.Min(mark.Length - 1, text.Length); length > 0; length--)
        {
            if (text.AsSpan(text.Length - length).SequenceEqual(mark.AsSpan(0, length)))
            {
                return length;
            }
        }

        return 0;
    }
}
