using static TorchSharp.Interop.Dispatcher;

namespace TorchSharp;

public static partial class torch
{
    // Splitting into parts.
    public partial class Tensor
    {
        public Tensor[] chunk(long chunks, long dim = 0) => CallList("chunk", this, chunks, dim);

        public Tensor[] split(long size, int dim = 0) => CallList("split.Tensor", this, size, dim);

        public Tensor[] split(ReadOnlySpan<long> sizes, long dim = 0) =>
            CallList("split.sizes", this, sizes.ToArray(), dim);

        public Tensor[] split(long[] sizes, long dim = 0) => CallList("split.sizes", this, sizes, dim);
        public Tensor[] split(params long[] sizes) => CallList("split.sizes", this, sizes);

        public Tensor[] tensor_split(long size, long dim = 0) => CallList("tensor_split.sections", this, size, dim);
        public Tensor[] tensor_split(long[] sizes, long dim = 0) => CallList("tensor_split.indices", this, sizes, dim);

        public Tensor[] tensor_split(Tensor indices, long dim = 0) =>
            CallList("tensor_split.tensor_indices_or_sections", this, indices, dim);

        public Tensor[] unbind(long dimension = 0) => CallList("unbind.int", this, dimension);

        public Tensor[] hsplit(long size) => CallList("hsplit.int", this, size);
        public Tensor[] hsplit(params long[] sizes) => CallList("hsplit.array", this, sizes);

        public Tensor[] vsplit(long size) => CallList("vsplit.int", this, size);
        public Tensor[] vsplit(params long[] sizes) => CallList("vsplit.array", this, sizes);

        public Tensor[] dsplit(long size) => CallList("dsplit.int", this, size);
        public Tensor[] dsplit(params long[] sizes) => CallList("dsplit.array", this, sizes);
    }
}
