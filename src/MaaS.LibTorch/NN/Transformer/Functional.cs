using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>softmax(Q Kᵀ / √D + mask) V (Vaswani et al. 2017, equation 1).</summary>
            /// <param name="query">(…, L, D).</param>
            /// <param name="key">(…, S, D).</param>
            /// <param name="value">(…, S, E).</param>
            /// <param name="attn_mask">Broadcast to (…, L, S): boolean, true where attention may look, or numbers to add.</param>
            /// <param name="p">Dropout of the weights; 0 outside training.</param>
            /// <param name="is_casual">Whether position i looks at no position after i (the name is TorchSharp's).</param>
            /// <returns>(…, L, E).</returns>
            public static Tensor scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? attn_mask = null, double p = 0.0,
                bool is_casual = false)
            {
                if (p < 0) throw new ArgumentException("Dropout probability must be greater than or equal to zero.");
                if (is_casual && attn_mask is not null) throw new ArgumentException("Casual attention masking cannot pass a mask.");
                var depth = query.shape[^1];
                if (key.shape[^1] != depth)
                    throw new ArgumentException($"scaled_dot_product_attention: expected key (…, S, {depth}), got ({string.Join(", ", key.shape)}).", nameof(key));
                using var scope = NewDisposeScope();
                var scores = query.mul(1 / Math.Sqrt(depth)).matmul(key.transpose(-2, -1));                   // (…, L, S)
                if (is_casual)
                    attn_mask = Dispatcher.Call("tril", ones([query.shape[^2], key.shape[^2]], ScalarType.Bool, query.device));
                if (attn_mask is not null) scores = Mask(scores, attn_mask);
                var weights = dropout(softmax(scores, -1), p, p > 0);
                return weights.matmul(value).MoveToOuterDisposeScope();
            }

            private static Tensor Mask(Tensor scores, Tensor mask) => mask.dtype == ScalarType.Bool
                ? Dispatcher.Call("masked_fill.Scalar", scores, Dispatcher.Call("logical_not", mask), double.NegativeInfinity)
                : scores.add(mask);
        }
    }
}
