using static TorchSharp.torch;

namespace MaaS.Training.Models.Transformers;

/// <summary>The keys and values of one attention layer, so that generation computes each position once.</summary>
public sealed class KeyValueCache : IDisposable
{
    private Tensor? _keys;
    private Tensor? _values;

    /// <summary>Positions held.</summary>
    public long Length => _keys?.shape[2] ?? 0;

    /// <summary>Adds positions and gives all of them.</summary>
    /// <param name="keys">(B, H, T, D).</param>
    /// <param name="values">(B, H, T, D).</param>
    /// <returns>(B, H, S, D) twice, owned by the cache.</returns>
    public (Tensor Keys, Tensor Values) Append(Tensor keys, Tensor values)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(values);
        return _keys is null || _values is null
            ? Keep(keys.alias(), values.alias())
            : Keep(cat([_keys, keys], 2), cat([_values, values], 2));
    }

    /// <summary>What it holds.</summary>
    /// <exception cref="InvalidOperationException">It is empty.</exception>
    public (Tensor Keys, Tensor Values) Read() => _keys is not null && _values is not null
        ? (_keys, _values)
        : throw new InvalidOperationException("attention: expected a cache that holds keys, got an empty one.");

    /// <summary>Takes other rows of the batch, as beam search does when one beam goes on as two.</summary>
    /// <param name="rows">(B'), int64: which row each new one continues.</param>
    public void Reorder(Tensor rows)
    {
        if (_keys is not null && _values is not null)
        {
            Keep(_keys.index_select(0, rows), _values.index_select(0, rows));
        }
    }

    /// <summary>Frees the tensors and makes the cache empty.</summary>
    public void Dispose()
    {
        _keys?.Dispose();
        _values?.Dispose();
        (_keys, _values) = (null, null);
    }

    private (Tensor Keys, Tensor Values) Keep(Tensor keys, Tensor values)
    {
        Dispose();
        (_keys, _values) = (keys.DetachFromDisposeScope(), values.DetachFromDisposeScope());
        return (_keys, _values);
    }
}
