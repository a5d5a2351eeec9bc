using MaaS.Onnx.Inference;


namespace MaaS.Serving.Execution.Batching;

/// <summary>
/// What requests must have in common to share a run: the shapes of their inputs but for the first axis.
/// </summary>
internal sealed class ShapeKey : IEquatable<ShapeKey>
{
    private readonly long[][] _shapes;
    private readonly int _hash;

    /// <summary>The key of a request's inputs, none of which is a scalar.</summary>
    public ShapeKey(ReadOnlySpan<TensorValue> inputs)
    {
        var hash = default(HashCode);
        _shapes = new long[inputs.Length][];
        for (var i = 0; i < inputs.Length; i++)
        {
            _shapes[i] = inputs[i].Shape[1..].ToArray();
            foreach (var size in _shapes[i])
            {
                hash.Add(size);
            }
        }

        _hash = hash.ToHashCode();
    }

    public bool Equals(ShapeKey? other)
        => other is not null && _hash == other._hash
        && _shapes.Zip(other._shapes).All(p => p.First.AsSpan().SequenceEqual(p.Second));

    public override bool Equals(object? obj) => Equals(obj as ShapeKey);

    public override int GetHashCode() => _hash;
}
