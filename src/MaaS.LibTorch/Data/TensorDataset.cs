using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Rows of tensors of equal length. It holds handles of its own to them.</summary>
public class TensorDataset : utils.data.IterableDataset
{
    private readonly Tensor[] _tensors;

    internal TensorDataset(Tensor[] tensors)
    {
        if (tensors is null || tensors.Length == 0) throw new ArgumentNullException(nameof(tensors));
        if (tensors.Any(t => t.shape[0] != tensors[0].shape[0]))
            throw new ArgumentException(
                $"All tensors must have the same first dimension size, got {string.Join(", ", tensors.Select(t => t.shape[0]))}.", nameof(tensors));
        _tensors = [.. tensors.Select(t => t.alias().DetachFromDisposeScope())];
    }

    public override long Count => _tensors[0].shape[0];

    public IList<Tensor> this[long index] => [.. _tensors.Select(t => t[index])];

    public override IList<Tensor> GetTensor(long index) => this[index];

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            foreach (var tensor in _tensors) tensor.Dispose();
        base.Dispose(disposing);
    }
}
