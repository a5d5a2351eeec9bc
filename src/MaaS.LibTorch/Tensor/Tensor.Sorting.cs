using static TorchSharp.Interop.Dispatcher;

namespace TorchSharp;

public static partial class torch
{
    // Sorting, searching, distinct values.
    public partial class Tensor
    {
        public (Tensor Values, Tensor Indices) sort(long dim = -1, bool descending = false, bool stable = false) =>
            Call2("sort.stable", this, stable, dim, descending);

        public Tensor argsort(long dim = -1, bool descending = false) => Call("argsort", this, dim, descending);

        public (Tensor values, Tensor indexes) topk(int k, int dim = -1, bool largest = true, bool sorted = true) =>
            Call2("topk", this, k, dim, largest, sorted);

        public Tensor msort() => Call("msort", this);

        public Tensor bucketize(Tensor boundaries, bool outInt32 = false, bool right = false) =>
            Call("bucketize.Tensor", this, boundaries, outInt32, right);
    }
}
