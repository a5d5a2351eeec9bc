using System.Collections;

namespace MaaS.Onnx.Inference;

/// <summary>The outputs of one run, in the order asked for. Their memory is not theirs to keep: copy what is to outlive
/// <see cref="Dispose"/>.</summary>
public sealed class InferenceOutputs : IReadOnlyList<TensorValue>, IDisposable
{
    private readonly TensorValue[] _values;
    private readonly IReadOnlyList<TensorSpec> _specs;

    /// <summary>Puts outputs together; they are disposed with it.</summary>
    /// <param name="values">The tensors.</param>
    /// <param name="specs">What the model says of each.</param>
    public InferenceOutputs(TensorValue[] values, IReadOnlyList<TensorSpec> specs)
    {
        _values = values;
        _specs = specs;
    }

    /// <summary>What the model says of each output.</summary>
    public IReadOnlyList<TensorSpec> Specs => _specs;

    /// <inheritdoc/>
    public int Count => _values.Length;

    /// <inheritdoc/>
    public TensorValue this[int index] => _values[index];

    /// <summary>The output of that name.</summary>
    /// <exception cref="KeyNotFoundException">The run has no such output.</exception>
    public TensorValue this[string name]
    {
        get
        {
            for (var i = 0; i < _values.Length; i++)
            {
                if (_specs[i].Name == name)
                {
                    return _values[i];
                }
            }

            throw new KeyNotFoundException(
                $"Expected one of the outputs [{string.Join(", ", _specs.Select(s => s.Name))}], got '{name}'.");
        }
    }

    /// <inheritdoc/>
    public IEnumerator<TensorValue> GetEnumerator() => ((IEnumerable<TensorValue>)_values).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _values.GetEnumerator();

    /// <summary>Gives the memory of all outputs back.</summary>
    public void Dispose()
    {
        foreach (var value in _values)
        {
            value?.Dispose();
        }
    }
}
