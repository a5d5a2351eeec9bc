namespace TorchSharp;

public static partial class torch
{
    public static partial class utils
    {
        public static partial class data
        {
            /// <summary>Samples by number.</summary>
            public abstract class Dataset<T> : IDisposable
            {
                public abstract long Count { get; }

                /// <summary>Sample <paramref name="index"/>, from 0. Loaders call it on several threads at once.</summary>
                public abstract T GetTensor(long index);

                public void Dispose()
                {
                    Dispose(true);
                    GC.SuppressFinalize(this);
                }

                protected virtual void Dispose(bool disposing)
                {
                }
            }

            /// <summary>Samples of named tensors.</summary>
            public abstract class Dataset : Dataset<Dictionary<string, Tensor>>
            {
            }

            /// <summary>Samples of several tensors.</summary>
            public abstract class IterableDataset : Dataset<IList<Tensor>>
            {
            }

            /// <summary>Rows of tensors of equal length.</summary>
            public static Modules.TensorDataset TensorDataset(params Tensor[] tensors) => new(tensors);
        }
    }
}
