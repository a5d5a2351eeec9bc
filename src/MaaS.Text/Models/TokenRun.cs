using MaaS.Text.Unicode;

namespace MaaS.Text.Models;

/// <summary>The tokens of one text before special tokens are added; grows and is reused.</summary>
internal sealed class TokenRun
{
    private int[] _ids = new int[64];
    private TextSpan[] _origins = new TextSpan[64];
    private TextBuffer? _buffer;
    private int _wordStart;

    public int Count { get; private set; }

    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    public Span<TextSpan> Origins => _origins.AsSpan(0, Count);

    /// <summary>Tokens that the run holds without growing.</summary>
    public int Capacity => _ids.Length;

    public void Clear() => Count = 0;

    /// <summary>Names the word that <see cref="AddPart"/> counts from.</summary>
    public void BeginWord(TextBuffer buffer, int start) => (_buffer, _wordStart) = (buffer, start);

    /// <summary>Adds a token that covers a non-empty range of the current word.</summary>
    public void AddPart(int id, int start, int end) => Add(id, _buffer!.Origin(_wordStart + start, _wordStart + end));

    /// <summary>Adds a token.</summary>
    public void Add(int id, TextSpan origin)
    {
        if (Count == _ids.Length)
        {
            Array.Resize(ref _ids, Count * 2);
            Array.Resize(ref _origins, Count * 2);
        }

        _ids[Count] = id;
        _origins[Count++] = origin;
    }

    /// <summary>Takes back every token after the first <paramref name="count"/>.</summary>
    public void CutTo(int count) => Count = count;
}
