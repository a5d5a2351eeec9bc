using System.Runtime.CompilerServices;
using TorchSharp.Interop;
using static TorchSharp.Interop.Dispatcher;

namespace TorchSharp;

public static partial class torch
{
    // Indexing: numbers, slices and new axes give a view; tensors give a copy.
    public partial class Tensor
    {
        [IndexerName("TensorItems")]
        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        [IndexerName("TensorItems")]
        public Tensor this[params Tensor[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1]
        {
            get => select(0, i1);
            set => Set(value, i1);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2]
        {
            get => At(i1, i2);
            set => Set(value, i1, i2);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3]
        {
            get => At(i1, i2, i3);
            set => Set(value, i1, i2, i3);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3, long i4]
        {
            get => At(i1, i2, i3, i4);
            set => Set(value, i1, i2, i3, i4);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3, long i4, long i5]
        {
            get => At(i1, i2, i3, i4, i5);
            set => Set(value, i1, i2, i3, i4, i5);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3, long i4, long i5, long i6]
        {
            get => At(i1, i2, i3, i4, i5, i6);
            set => Set(value, i1, i2, i3, i4, i5, i6);
        }

        [IndexerName("TensorItems")]
        public Tensor this[params long[] indices]
        {
            get => At(indices);
            set => Set(value, indices);
        }

        public Tensor index(params TensorIndex[] indices)
        {
            using var scope = NewDisposeScope();
            var (view, tensors) = Sliced(indices);
            var result = tensors.Length > 0 ? Call("index.Tensor", view, Arg.Optional(tensors))
                : ReferenceEquals(view, this) ? alias()
                : view;
            return result.MoveToOuterDisposeScope();
        }

        public Tensor index(params Tensor[] indices) => index(Indices(indices));

        public Tensor index_put_(Tensor value, params TensorIndex[] indices) => index_put_(value, indices, false);

        public Tensor index_put_(Tensor value, TensorIndex[] indices, bool accumulate = false)
        {
            using var scope = NewDisposeScope();
            var (view, tensors) = Sliced(indices);
            if (tensors.Length > 0) CallVoid("index_put_", view, Arg.Optional(tensors), value, accumulate);
            else if (accumulate) view.add_(WithoutLeadingOnes(value, view.ndim));
            else view.copy_(WithoutLeadingOnes(value, view.ndim));
            return this;
        }

        public Tensor index_put_(Tensor value, params Tensor[] indices) => index_put_(value, Indices(indices), false);

        public Tensor index_put_(Tensor value, Tensor[] indices, bool accumulate = false) =>
            index_put_(value, Indices(indices), accumulate);

        public Tensor index_put_(Scalar value, params TensorIndex[] indices)
        {
            using var tensor = Factory.FromScalar(value, dtype, device, false);
            return index_put_(tensor, indices, false);
        }

        public Tensor index_put_(Scalar value, params Tensor[] indices) => index_put_(value, Indices(indices));

        private Tensor At(params long[] indices) => index(Array.ConvertAll(indices, i => (TensorIndex)i));

        private void Set(Tensor value, params long[] indices) =>
            index_put_(value, Array.ConvertAll(indices, i => (TensorIndex)i), false);

        private static TensorIndex[] Indices(Tensor[] tensors) => Array.ConvertAll(tensors, TensorIndex.Tensor);

        // Applies numbers, slices and new axes as views, and collects the tensors by the dimension that they index.
        private (Tensor View, Tensor?[] Tensors) Sliced(TensorIndex[] indices)
        {
            var named = indices.Sum(Consumes);
            var view = this;
            var dim = 0L;
            var tensors = new List<Tensor?>();
            foreach (var index in indices)
            {
                switch (index.kind)
                {
                    case TensorIndex.Kind.Single:
                        view = view.select(dim, index.start ?? throw new ArgumentException("an index is null", nameof(indices)));
                        break;
                    case TensorIndex.Kind.Slice:
                        if (index.start is not null || index.stop is not null || index.step is not null)
                            view = Call("slice.Tensor", view, dim, index.start, index.stop, index.step ?? 1);
                        dim++;
                        break;
                    case TensorIndex.Kind.Ellipsis:
                        dim += ndim - named;
                        break;
                    case TensorIndex.Kind.None:
                        view = view.unsqueeze(dim++);
                        break;
                    case TensorIndex.Kind.Bool:
                        Choose(index.start == 1);
                        break;
                    case TensorIndex.Kind.Tensor when index.tensor!.ndim == 0 && index.tensor.dtype is ScalarType.Bool or ScalarType.Byte:
                        Choose(index.tensor!.ToBoolean());
                        break;
                    case TensorIndex.Kind.Tensor when IsNumber(index.tensor!):
                        view = view.select(dim, index.tensor!.ToInt64());
                        break;
                    case TensorIndex.Kind.Tensor:
                        Record(index.tensor!);
                        break;
                }
            }
            return (view, [.. tensors]);

            // A truth value is a new axis of size 1 or 0.
            void Choose(bool all)
            {
                view = view.unsqueeze(dim);
                Record(zeros([all ? 1 : 0], ScalarType.Int64, device));
            }

            void Record(Tensor tensor)
            {
                while (tensors.Count < dim) tensors.Add(null);
                tensors.Add(tensor);
                dim++;
            }
        }

        private static bool IsNumber(Tensor tensor) =>
            tensor.ndim == 0 && tensor.dtype is not (ScalarType.Bool or ScalarType.Byte) && tensor.is_integral();

        private static long Consumes(TensorIndex index) => index.kind switch
        {
            TensorIndex.Kind.Single or TensorIndex.Kind.Slice => 1,
            TensorIndex.Kind.Tensor => index.tensor is null
                ? throw new ArgumentNullException(nameof(index), "an index tensor is null")
                : index.tensor.dtype is ScalarType.Bool or ScalarType.Byte ? index.tensor.ndim : 1,
            _ => 0,
        };

        private static Tensor WithoutLeadingOnes(Tensor value, long dimensions)
        {
            var shape = value.shape;
            var extra = 0;
            while (shape.Length - extra > dimensions && shape[extra] == 1) extra++;
            return extra == 0 ? value : value.reshape(shape[extra..]);
        }
    }
}
