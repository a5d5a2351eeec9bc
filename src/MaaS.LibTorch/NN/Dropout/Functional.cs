using TorchSharp.Interop;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static Dropout Dropout(double p = 0.5, bool inplace = false) => new(p, inplace);

        public static Dropout1d Dropout1d(double p = 0.5, bool inplace = false) => new(p, inplace);

        public static Dropout2d Dropout2d(double p = 0.5, bool inplace = false) => new(p, inplace);

        public static Dropout3d Dropout3d(double p = 0.5, bool inplace = false) => new(p, inplace);

        public static AlphaDropout AlphaDropout(double p = 0.5, bool inplace = false) => new(p, inplace);

        public static FeatureAlphaDropout FeatureAlphaDropout(double p = 0.5) => new(p);

        public static FeatureAlphaDropout FeatureAlphaDropout(double p, bool inplace) => new(p, inplace);

        public static partial class functional
        {
            public static Tensor dropout(Tensor input, double p = 0.5, bool training = true, bool inplace = false) =>
                Dispatcher.Call(inplace ? "dropout_" : "dropout", input, p, training);

            /// <summary>Drops channels of (N, C, L) or (C, L).</summary>
            public static Tensor dropout1d(Tensor input, double p = 0.5, bool training = true, bool inplace = false)
            {
                if (input.dim() != 2) return FeatureDropout(input, p, training, inplace);
                using var batch = Dispatcher.Call("unsqueeze", input, 0L);
                using var result = FeatureDropout(batch, p, training, inplace);
                return Dispatcher.Call("squeeze.dim", result, 0L);
            }

            /// <summary>Drops channels of (N, C, H, W).</summary>
            public static Tensor dropout2d(Tensor input, double p = 0.5, bool training = true, bool inplace = false) =>
                FeatureDropout(input, p, training, inplace);

            /// <summary>Drops channels of (N, C, D, H, W).</summary>
            public static Tensor dropout3d(Tensor input, double p = 0.5, bool training = true, bool inplace = false) =>
                FeatureDropout(input, p, training, inplace);

            public static Tensor alpha_dropout(Tensor input, double p = 0.5, bool training = false, bool inplace = false) =>
                Dispatcher.Call(inplace ? "alpha_dropout_" : "alpha_dropout", input, p, training);

            public static Tensor feature_alpha_dropout(Tensor input, double p = 0.5, bool training = false, bool inplace = false) =>
                Dispatcher.Call(inplace ? "feature_alpha_dropout_" : "feature_alpha_dropout", input, p, training);

            private static Tensor FeatureDropout(Tensor input, double p, bool training, bool inplace) =>
                Dispatcher.Call(inplace ? "feature_dropout_" : "feature_dropout", input, p, training);
        }
    }
}
