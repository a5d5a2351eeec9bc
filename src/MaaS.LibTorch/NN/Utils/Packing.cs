using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class utils
        {
            public static partial class rnn
            {
                /// <summary>Packs padded sequences.</summary>
                /// <param name="input">(L, N, *), or (N, L, *) batch first.</param>
                /// <param name="lengths">(N), int64, on the CPU.</param>
                /// <param name="batch_first">Which dimension of the input is the batch.</param>
                /// <param name="enforce_sorted">Whether the lengths already fall; otherwise the sequences are sorted here.</param>
                public static PackedSequence pack_padded_sequence(Tensor input, Tensor lengths, bool batch_first = false, bool enforce_sorted = true)
                {
                    using var scope = NewDisposeScope();
                    Tensor? order = null;
                    if (!enforce_sorted)
                    {
                        (lengths, order) = Dispatcher.Call2("sort", lengths, -1L, true);
                        order = order.to(input.device);
                        input = Dispatcher.Call("index_select", input, batch_first ? 0L : 1L, order);
                    }
                    var (data, sizes) = Dispatcher.Call2("_pack_padded_sequence", input, lengths, batch_first);
                    return new PackedSequence(data, sizes, order, order is null ? null : Invert(order)).MoveToOuterDisposeScope();
                }

                /// <summary>The padded sequences and their lengths (int64), in the order before packing.</summary>
                public static (Tensor, Tensor) pad_packed_sequence(PackedSequence sequence, bool batch_first = false, double padding_value = 0.0,
                    long? total_length = null)
                {
                    using var scope = NewDisposeScope();
                    var steps = sequence.batch_sizes.shape[0];
                    if (total_length < steps)
                        throw new ArgumentException(
                            $"pad_packed_sequence: expected total_length to be at least the longest sequence, {steps}, got {total_length}.", nameof(total_length));
                    var (padded, lengths) = Dispatcher.Call2("_pad_packed_sequence", sequence.data, sequence.batch_sizes, batch_first, padding_value,
                        total_length ?? -1);
                    if (sequence.unsorted_indices is { } order)
                    {
                        padded = Dispatcher.Call("index_select", padded, batch_first ? 0L : 1L, order);
                        lengths = Dispatcher.Call("index_select", lengths, 0L, order.to(lengths.device));
                    }
                    return scope.MoveToOuter(padded, lengths);
                }

                /// <summary>Stacks sequences (L_i, *) and pads them to the longest: (L, N, *), or (N, L, *) batch first.</summary>
                public static Tensor pad_sequence(IEnumerable<Tensor> sequences, bool batch_first = false, double padding_value = 0.0) =>
                    Dispatcher.Call("pad_sequence", sequences.ToArray(), batch_first, padding_value);

                /// <summary>Packs sequences (L_i, *).</summary>
                public static PackedSequence pack_sequence(IEnumerable<Tensor> sequences, bool enforce_sorted = true)
                {
                    using var scope = NewDisposeScope();
                    var list = sequences.ToList();
                    var lengths = tensor(list.Select(s => s.shape[0]).ToArray());
                    return pack_padded_sequence(pad_sequence(list), lengths, enforce_sorted: enforce_sorted).MoveToOuterDisposeScope();
                }

                private static Tensor Invert(Tensor permutation)
                {
                    using var positions = arange(permutation.shape[0], ScalarType.Int64, permutation.device);
                    using var empty = Dispatcher.Call("empty_like", permutation);
                    return Dispatcher.Call("scatter.src", empty, 0L, permutation, positions);
                }
            }
        }
    }
}
