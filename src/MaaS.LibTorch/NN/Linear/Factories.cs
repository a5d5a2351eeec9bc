using TorchSharp.Interop;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static Linear Linear(long inputSize, long outputSize, bool hasBias = true, Device? device = null, ScalarType? dtype = null) =>
            new(inputSize, outputSize, hasBias, device, dtype);

        /// <summary>A layer with the given parameters, which it owns from then on.</summary>
        public static Linear Linear(Parameter weight, Parameter? bias = null) => new(weight, bias);

        public static Bilinear Bilinear(long in1_features, long in2_features, long out_features, bool hasBias = true, Device? device = null, ScalarType? dtype = null) =>
            new(in1_features, in2_features, out_features, hasBias, device, dtype);

        public static Identity Identity() => new();

        public static Flatten Flatten(long start_dim = 1, long end_dim = -1) => new(start_dim, end_dim);

        public static Unflatten Unflatten(long dim, long[] unflattened_size) => new(dim, unflattened_size);

        public static Embedding Embedding(long num_embeddings, long embedding_dims, long? padding_idx = null, double? max_norm = null, double norm_type = 2.0,
            bool scale_grad_by_freq = false, bool sparse = false, Device? device = null, ScalarType? dtype = null) =>
            new(Parameter(empty([num_embeddings, embedding_dims], dtype, device)), true, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse);

        /// <summary>A layer over a copy of the given table; frozen, its parameter wants no gradient.</summary>
        public static Embedding Embedding_from_pretrained(Tensor embeddings, bool freeze = true, long? padding_idx = null, double? max_norm = null,
            double norm_type = 2.0, bool scale_grad_by_freq = false, bool sparse = false, Device? device = null, ScalarType? dtype = null) =>
            new(Pretrained(embeddings, freeze, device, dtype), false, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse);

        public static EmbeddingBag EmbeddingBag(long num_embeddings, long embedding_dims, double? max_norm = null, double norm_type = 2.0,
            bool scale_grad_by_freq = false, EmbeddingBagMode mode = EmbeddingBagMode.Mean, bool sparse = false, bool include_last_offset = false,
            long padding_index = -1, Device? device = null, ScalarType? dtype = null) =>
            new(Parameter(empty([num_embeddings, embedding_dims], dtype, device)), true, max_norm, norm_type, scale_grad_by_freq, mode, sparse,
                include_last_offset, padding_index);

        public static EmbeddingBag EmbeddingBag_from_pretrained(Tensor embeddings, bool freeze = true, double? max_norm = null, double norm_type = 2.0,
            bool scale_grad_by_freq = false, EmbeddingBagMode mode = EmbeddingBagMode.Mean, bool sparse = false, bool include_last_offset = false,
            long padding_index = -1, Device? device = null, ScalarType? dtype = null) =>
            new(Pretrained(embeddings, freeze, device, dtype), false, max_norm, norm_type, scale_grad_by_freq, mode, sparse, include_last_offset, padding_index);

        private static Parameter Pretrained(Tensor embeddings, bool freeze, Device? device, ScalarType? dtype)
        {
            if (embeddings.dim() != 2)
                throw new ArgumentException($"Embedding: expected a table (rows, columns), got {embeddings.dim()} dimensions.", nameof(embeddings));
            using var _ = no_grad();
            using var source = embeddings.detach();
            return Parameter(source.to(dtype ?? embeddings.dtype, device ?? embeddings.device, copy: true), !freeze);
        }

        public static partial class functional
        {
            /// <summary>y = x Wᵀ + b over the last dimension.</summary>
            public static Tensor linear(Tensor input, Tensor weights, Tensor? bias = null) => Dispatcher.Call("linear", input, weights, bias);

            public static Tensor bilinear(Tensor input1, Tensor input2, Tensor weight, Tensor? bias = null) =>
                Dispatcher.Call("bilinear", input1, input2, weight, bias);

            /// <summary>Indices (*) int64 to (*, num_classes) int64; -1 takes the largest index plus one.</summary>
            public static Tensor one_hot(Tensor x, long num_classes = -1) => Dispatcher.Call("one_hot", x, num_classes);
        }
    }
}
