namespace MaaS.Core.Generation.Chat;

/// <summary>Finds where a JSON object or list ends, character by character.</summary>
internal struct JsonScan
{
    private int _depth;
    private bool _inString;
    private bool _escaped;

    public JsonScan()
    {
    }

    /// <summary>Characters so far.</summary>
    public int At { get; private set; }

    /// <summary>Whether what was opened first has been closed.</summary>
    public bool IsWhole { get; private set; }

    public void Take(char c)
    {
        At++;
        if (_inString)
        {
            (_inString, _escaped) = (_escaped || c != '"', !_escaped && c == '\\');
            return;
        }

        switch (c)
        {
            case '"':
                _inString = true;
                break;
            case '{' or '[':
                _depth++;
                break;
            case '}' or ']':
                IsWhole = --_depth <= 0;
                break;
        }
    }
}
