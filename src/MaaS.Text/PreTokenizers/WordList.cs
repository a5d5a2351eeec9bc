namespace MaaS.Text.PreTokenizers;

/// <summary>Words as ranges of a text, and the list that a pre-tokenizer makes of them.</summary>
internal sealed class WordList
{
    private List<(int Start, int End)> _words = [], _next = [];

    public int Count => _words.Count;

    public (int Start, int End) this[int index] => _words[index];

    /// <summary>Starts over with one word, or none where it is empty.</summary>
    public void Reset(int start, int end)
    {
        _words.Clear();
        if (end > start)
        {
            _words.Add((start, end));
        }
    }

    /// <summary>Adds a word to the list that <see cref="Commit"/> puts in the place of this one; empty ones are left
    /// out.</summary>
    public void Add(int start, int end)
    {
        if (end > start)
        {
            _next.Add((start, end));
        }
    }

    public void Commit()
    {
        (_words, _next) = (_next, _words);
        _next.Clear();
    }
}
