using static TorchSharp.Interop.Dispatcher;

namespace TorchSharp;

// Joining tensors.
public static partial class torch
{
    public static Tensor cat(IList<Tensor> tensors, long dim = 0) => Call("cat", tensors.ToArray(), dim);
    public static Tensor cat(Tensor[] tensors, long dim = 0) => Call("cat", tensors, dim);
    public static Tensor cat(ReadOnlySpan<Tensor> tensors, long dim = 0) => Call("cat", tensors.ToArray(), dim);

    public static Tensor concat(IList<Tensor> tensors, long dim = 0) => cat(tensors, dim);
    public static Tensor concat(Tensor[] tensors, long dim = 0) => cat(tensors, dim);
    public static Tensor concat(ReadOnlySpan<Tensor> tensors, long dim = 0) => cat(tensors, dim);

    public static Tensor concatenate(IList<Tensor> tensors, long axis = 0) => cat(tensors, axis);
    public static Tensor concatenate(Tensor[] tensors, long axis = 0) => cat(tensors, axis);
    public static Tensor concatenate(ReadOnlySpan<Tensor> tensors, long axis = 0) => cat(tensors, axis);

    public static Tensor stack(IEnumerable<Tensor> tensors, long dim = 0) => Call("stack", tensors.ToArray(), dim);

    public static Tensor hstack(IList<Tensor> tensors) => Call("hstack", tensors.ToArray());
    public static Tensor hstack(params Tensor[] tensors) => Call("hstack", tensors);
    public static Tensor hstack(IEnumerable<Tensor> tensors) => Call("hstack", tensors.ToArray());
    public static Tensor hstack(ReadOnlySpan<Tensor> tensors) => Call("hstack", tensors.ToArray());

    public static Tensor vstack(IList<Tensor> tensors) => Call("vstack", tensors.ToArray());
    public static Tensor vstack(Tensor[] tensors) => Call("vstack", tensors);
    public static Tensor vstack(ReadOnlySpan<Tensor> tensors) => Call("vstack", tensors.ToArray());

    public static Tensor dstack(params Tensor[] tensors) => Call("dstack", tensors);
    public static Tensor dstack(IList<Tensor> tensors) => Call("dstack", tensors.ToArray());
    public static Tensor dstack(ReadOnlySpan<Tensor> tensors) => Call("dstack", tensors.ToArray());
    public static Tensor dstack(IEnumerable<Tensor> tensors) => Call("dstack", tensors.ToArray());

    public static Tensor column_stack(IList<Tensor> tensors) => Call("column_stack", tensors.ToArray());
    public static Tensor column_stack(params Tensor[] tensors) => Call("column_stack", tensors);
    public static Tensor column_stack(ReadOnlySpan<Tensor> tensors) => Call("column_stack", tensors.ToArray());

    public static Tensor row_stack(IList<Tensor> tensors) => Call("row_stack", tensors.ToArray());
    public static Tensor row_stack(params Tensor[] tensors) => Call("row_stack", tensors);
    public static Tensor row_stack(ReadOnlySpan<Tensor> tensors) => Call("row_stack", tensors.ToArray());

    public static Tensor block_diag(params Tensor[] tensors) => Call("block_diag", tensors);

    public static Tensor cartesian_prod(IList<Tensor> tensors) => Call("cartesian_prod", tensors.ToArray());
    public static Tensor cartesian_prod(params Tensor[] tensors) => Call("cartesian_prod", tensors);
    public static Tensor cartesian_prod(ReadOnlySpan<Tensor> tensors) => Call("cartesian_prod", tensors.ToArray());

    public static IList<Tensor> broadcast_tensors(params Tensor[] tensors) => CallList("broadcast_tensors", tensors);
}
