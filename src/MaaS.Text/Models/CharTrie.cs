using System.Numerics;
using System.Runtime.CompilerServices;

namespace MaaS.Text.Models;

/// <summary>A prefix tree over UTF-16 units: its edges lie in one open-addressing hash table.</summary>
internal sealed class CharTrie
{
    /// <summary>The node at which every look-up starts.</summary>
    public const int Root = 0;

    /// <summary>No edge, or no value.</summary>
    public const int None = -1;

    private readonly List<int> _values = [None];
    private Edge[] _edges = new Edge[64];
    private int _count, _shift = 64 - 6;

    /// <summary>Sets the value of a text, the later of two.</summary>
    public void Add(ReadOnlySpan<char> text, int value) => _values[Insert(text)] = value;

    /// <summary>The node behind a text, made where there is none.</summary>
    public int Insert(ReadOnlySpan<char> text)
    {
        var node = Root;
        foreach (var unit in text)
        {
            var next = Next(node, unit);
            if (next == None)
            {
                next = _values.Count;
                _values.Add(None);
                AddEdge(new(Key(node, unit), next));
            }

            node = next;
        }

        return node;
    }

    /// <summary>The node behind an edge; <see cref="None"/> where there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Next(int node, char unit)
    {
        var key = Key(node, unit);
        var edges = _edges;
        for (var slot = Slot(key); ; slot = (slot + 1) & (edges.Length - 1))
        {
            var edge = edges[slot];
            if (edge.Key == key)
            {
                return edge.Node;
            }

            if (edge.Key == 0)
            {
                return None;
            }
        }
    }

    /// <summary>The value at a node; <see cref="None"/> where no text ends.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Value(int node) => _values[node];

    // Never 0, the mark of an empty slot.
    private static ulong Key(int node, char unit) => ((ulong)(uint)(node + 1) << 16) | unit;

    private int Slot(ulong key) => (int)((key * 0x9E3779B97F4A7C15) >> _shift);

    private void AddEdge(Edge edge)
    {
        if (++_count * 2 > _edges.Length)
        {
            var old = _edges;
            _edges = new Edge[old.Length * 2];
            _shift = 64 - BitOperations.Log2((uint)_edges.Length);
            foreach (var e in old)
            {
                if (e.Key != 0)
                {
                    Place(e);
                }
            }
        }

        Place(edge);
    }

    private void Place(Edge edge)
    {
        var slot = Slot(edge.Key);
        while (_edges[slot].Key != 0)
        {
            slot = (slot + 1) & (_edges.Length - 1);
        }

        _edges[slot] = edge;
    }

    private readonly record struct Edge(ulong Key, int Node);
}
