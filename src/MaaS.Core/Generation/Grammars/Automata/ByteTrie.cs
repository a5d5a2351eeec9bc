namespace MaaS.Core.Generation.Grammars.Automata;

/// <summary>Tokens by their bytes, as a tree whose nodes stand in the order of a walk: a node's descendants follow it,
/// and the next node that is none of them is known.</summary>
internal sealed class ByteTrie
{
    private readonly byte[] _labels;
    private readonly int[] _depths;
    private readonly int[] _ends;
    private readonly int[] _firstTokens;
    private readonly int[] _tokens;

    /// <param name="tokens">Bytes, at least one, and ids.</param>
    public ByteTrie(IEnumerable<(byte[] Bytes, int Id)> tokens)
    {
        var sorted = tokens.ToArray();
        Array.Sort(sorted, static (a, b) => a.Bytes.AsSpan().SequenceCompareTo(b.Bytes) is var order and not 0
            ? order : a.Id.CompareTo(b.Id));
        List<byte> labels = [0];
        List<int> depths = [0], firsts = [0], ids = [];
        ReadOnlySpan<byte> before = [];
        foreach (var (bytes, id) in sorted)
        {
            for (var i = before.CommonPrefixLength(bytes); i < bytes.Length; i++)
            {
                labels.Add(bytes[i]);
                depths.Add(i + 1);
                firsts.Add(ids.Count);
            }

            ids.Add(id);
            before = bytes;
        }

        firsts.Add(ids.Count);
        (_labels, _depths, _firstTokens, _tokens) = ([.. labels], [.. depths], [.. firsts], [.. ids]);
        _ends = new int[_labels.Length];
        Stack<int> open = new([0]);
        for (var node = 1; node <= _labels.Length; node++)
        {
            while (open.Count > 0 && (node == _labels.Length || _depths[open.Peek()] >= _depths[node]))
            {
                _ends[open.Pop()] = node;
            }

            open.Push(node);
        }
    }

    /// <summary>Nodes, the root (0) included.</summary>
    public int Count => _labels.Length;

    /// <summary>The byte that leads to a node.</summary>
    public byte Label(int node) => _labels[node];

    /// <summary>Bytes from the root to a node.</summary>
    public int Depth(int node) => _depths[node];

    /// <summary>The first node behind a node's descendants.</summary>
    public int End(int node) => _ends[node];

    /// <summary>Tokens that end at a node.</summary>
    public ReadOnlySpan<int> Tokens(int node) => _tokens.AsSpan(_firstTokens[node].._firstTokens[node + 1]);
}
