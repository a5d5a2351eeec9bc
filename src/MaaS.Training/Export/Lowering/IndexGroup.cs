using MaaS.Training.Tracing;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Training.Export.Lowering;

/// <summary>torch's advanced indexing with integer tensors: <c>x[:, i, j]</c> picks with the broadcast indices; the
/// picked axes become the broadcast shape, in their place when they are neighbours and at the front
/// otherwise.</summary>
internal sealed class IndexGroup
{
    private readonly OperatorCall _call;
    private readonly TracedTensor _x;
    private readonly TracedTensor?[] _indices;
    private readonly int[] _rest;
    private readonly TracedSize[] _broadcast;

    public IndexGroup(OperatorCall call, TracedTensor x, TracedTensor?[] indices)
    {
        (_call, _x, _indices) = (call, x, indices);
        Axes = [.. Enumerable.Range(0, indices.Length).Where(axis => indices[axis] is not null)];
        _rest = [.. Enumerable.Range(0, x.Rank).Except(Axes)];
        _broadcast = Broadcast([.. Axes.Select(axis => indices[axis]!)]);
    }

    /// <summary>The indexed axes.</summary>
    public int[] Axes { get; }

    /// <summary>Whether the indexed axes are the first ones.</summary>
    public bool AxesLead => Axes.SequenceEqual(Enumerable.Range(0, Axes.Length));

    /// <summary>The shape of what is picked while the picked axes stand at the front.</summary>
    public IReadOnlyList<TracedSize> FrontShape => [.. _broadcast, .. _rest.Select(axis => _x.Shape[axis])];

    /// <summary>The value with the indexed axes first.</summary>
    public string ToFront(string value) => AxesLead ? value : Transpose(value, [.. Axes, .. _rest]);

    /// <summary>Undoes <see cref="ToFront"/> on a value of the whole shape.</summary>
    public string Back(string value)
    {
        if (AxesLead)
        {
            return value;
        }

        int[] order = [.. Axes, .. _rest];
        return Transpose(value, [.. Enumerable.Range(0, order.Length).Select(axis => Array.IndexOf(order, axis))]);
    }

    /// <summary>Puts the picked shape where torch puts it.</summary>
    public string FromFront(string value)
    {
        bool neighbours = Axes[^1] - Axes[0] == Axes.Length - 1;
        if (!neighbours || Axes[0] == 0)
        {
            return value;
        }

        int picked = _broadcast.Length;
        int[] order =
        [
            .. Enumerable.Range(picked, Axes[0]), .. Enumerable.Range(0, picked),
            .. Enumerable.Range(picked + Axes[0], _rest.Length - Axes[0]),
        ];
        return Transpose(value, order);
    }

    /// <summary>(broadcast shape, number of indexed axes): the positions as GatherND and ScatterND take them.</summary>
    public string Places()
    {
        string[] columns = [.. Axes.Select(axis => Column(_indices[axis]!))];
        return columns.Length == 1 ? columns[0] : _call.Node("Concat", columns, ("axis", -1));
    }

    private string Column(TracedTensor index)
    {
        string value = _call.Cast(index, DataType.Int64);
        if (!index.Shape.SequenceEqual(_broadcast))
        {
            value = _call.Node("Expand", [value, _call.SizeVector(_broadcast)]);
        }

        return _call.Node("Unsqueeze", [value, _call.Graph.Ints(-1)]);
    }

    private string Transpose(string value, int[] order) =>
        _call.Node("Transpose", [value], ("perm", Array.ConvertAll(order, static axis => (long)axis)));

    private static TracedSize[] Broadcast(TracedTensor[] indices)
    {
        int rank = indices.Max(static index => index.Rank);
        var shape = Enumerable.Repeat((TracedSize)1, rank).ToArray();
        foreach (var index in indices)
        {
            for (int i = 0; i < index.Rank; i++)
            {
                if (!index.Shape[i].Is(1))
                {
                    shape[rank - index.Rank + i] = index.Shape[i];
                }
            }
        }
        return shape;
    }
}
