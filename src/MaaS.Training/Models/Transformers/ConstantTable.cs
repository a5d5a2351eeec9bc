using System.Collections.Concurrent;
using static TorchSharp.torch;

namespace MaaS.Training.Models.Transformers;

/// <summary>Constants of a module that follow the tensors they meet: to their device and into their type.</summary>
/// <remarks>
/// Not a buffer: TorchSharp 0.107 leaves a buffer that is no part of the state dictionary where it was made when its
/// module moves to another device or type.
/// </remarks>
/// <param name="values">Float32; the table takes them over.</param>
internal sealed class ConstantTable(Tensor values) : IDisposable
{
    private readonly Tensor _values = values.DetachFromDisposeScope();
    private readonly ConcurrentDictionary<(string Device, ScalarType Type), Tensor> _copies = new();

    /// <summary>The constants as a tensor of the same device and type as another; the table keeps it.</summary>
    public Tensor Like(Tensor other)
        => other.dtype == _values.dtype && other.device.ToString() == _values.device.ToString() ? _values
            : _copies.GetOrAdd(
                (other.device.ToString(), other.dtype),
                _ => _values.to(other.dtype).to(other.device).DetachFromDisposeScope());

    public void Dispose()
    {
        _values.Dispose();
        foreach (var copy in _copies.Values)
        {
            copy.Dispose();
        }
    }
}
