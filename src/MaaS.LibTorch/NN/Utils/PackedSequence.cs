namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class utils
        {
            public static partial class rnn
            {
                /// <summary>Sequences of different lengths without padding, sorted by length, time step by time step.</summary>
                public sealed class PackedSequence : IDisposable
                {
                    /// <summary>(sum of lengths, features).</summary>
                    public readonly Tensor data;

                    /// <summary>How many sequences reach each time step, int64, on the CPU.</summary>
                    public readonly Tensor batch_sizes;

                    /// <summary>Where each sorted sequence stood in the batch; null where packing sorted nothing.</summary>
                    public readonly Tensor sorted_indices;

                    /// <summary>Where each sequence of the batch stands now; null where packing sorted nothing.</summary>
                    public readonly Tensor unsorted_indices;

                    internal PackedSequence(Tensor data, Tensor batchSizes, Tensor? sorted, Tensor? unsorted)
                    {
                        this.data = data;
                        batch_sizes = batchSizes;
                        sorted_indices = sorted!;
                        unsorted_indices = unsorted!;
                    }

                    private IEnumerable<Tensor> Tensors => new[] { data, batch_sizes, sorted_indices, unsorted_indices }.OfType<Tensor>();

                    public PackedSequence MoveToOuterDisposeScope() => Each(t => t.MoveToOuterDisposeScope());

                    public PackedSequence DetachFromDisposeScope() => Each(t => t.DetachFromDisposeScope());

                    public PackedSequence MoveToOtherDisposeScope(PackedSequence other) => Each(t => t.MoveToOtherDisposeScope(other.data));

                    public PackedSequence MoveToOtherDisposeScope(DisposeScope? other) => Each(t => t.MoveToOtherDisposeScope(other));

                    public void Dispose()
                    {
                        foreach (var tensor in Tensors) tensor.Dispose();
                    }

                    /// <summary>The same packing of other values; it owns tensors of its own.</summary>
                    internal PackedSequence With(Tensor values) => new(values, batch_sizes.alias(), sorted_indices?.alias(), unsorted_indices?.alias());

                    private PackedSequence Each(Action<Tensor> action)
                    {
                        foreach (var tensor in Tensors) action(tensor);
                        return this;
                    }
                }
            }
        }
    }
}
