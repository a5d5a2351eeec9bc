using TorchSharp.Interop;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor relu(Tensor x, bool inplace = false) => Activate("relu", inplace, x);

            public static Tensor relu6(Tensor x, bool inplace = false) => hardtanh(x, 0, 6, inplace);

            public static Tensor leaky_relu(Tensor input, double negative_slope = 0.01, bool inplace = false) =>
                Activate("leaky_relu", inplace, input, negative_slope);

            /// <summary>Leaky ReLU with the mean slope of the interval, as outside training.</summary>
            public static Tensor rrelu(Tensor x, double lower = one_eighth, double upper = one_third, bool inplace = false) =>
                Activate("rrelu", inplace, x, lower, upper);

            public static Tensor prelu(Tensor input, Tensor weight) => Dispatcher.Call("prelu", input, weight);

            public static Tensor threshold(Tensor x, double threshold, double value, bool inplace = false) =>
                Activate("threshold", inplace, x, threshold, value);

            public static Tensor hardtanh(Tensor x, double min_val = -1.0, double max_val = 1.0, bool inplace = false) =>
                Activate("hardtanh", inplace, x, min_val, max_val);

            public static Tensor elu(Tensor x, double alpha, bool inplace = false) => Activate("elu", inplace, x, alpha);

            public static Tensor celu(Tensor x, double alpha, bool inplace = false) => Activate("celu", inplace, x, alpha);

            public static Tensor selu(Tensor x, bool inplace = false) => Activate("selu", inplace, x);

            public static Tensor gelu(Tensor x) => gelu(x, Modules.GELU.Approximate.none);

            public static Tensor gelu(Tensor x, bool inplace) => gelu(x, Modules.GELU.Approximate.none, inplace);

            public static Tensor gelu(Tensor x, GELU.Approximate approximate, bool inplace = false) =>
                Activate("gelu", inplace, x, approximate == Modules.GELU.Approximate.tanh ? "tanh" : "none");

            public static Tensor silu(Tensor x, bool inplace = false) => Activate("silu", inplace, x);

            public static Tensor mish(Tensor x, bool inplace = false) => Activate("mish", inplace, x);

            public static Tensor softplus(Tensor x, double beta = 1, double threshold = 20) =>
                Dispatcher.Call("softplus", x, beta, threshold);

            public static Tensor sigmoid(Tensor x) => sigmoid(x, false);

            public static Tensor sigmoid(Tensor x, bool inplace) => Activate("sigmoid", inplace, x);

            public static Tensor tanh(Tensor x, bool inplace = false) => Activate("tanh", inplace, x);

            public static Tensor logsigmoid(Tensor x) => Dispatcher.Call("log_sigmoid", x);

            public static Tensor softsign(Tensor x, bool inplace = false)
            {
                using var magnitude = Dispatcher.Call("abs", x);
                using var divisor = Dispatcher.Call("add.Scalar", magnitude, 1L);
                return Dispatcher.Call(inplace ? "div_.Tensor" : "div.Tensor", x, divisor);
            }

            public static Tensor hardsigmoid(Tensor input, bool inplace = false) => Activate("hardsigmoid", inplace, input);

            public static Tensor hardswish(Tensor input, bool inplace = false) => Activate("hardswish", inplace, input);

            public static Tensor hardshrink(Tensor x, double lambda = 0.5) => Dispatcher.Call("hardshrink", x, lambda);

            public static Tensor softshrink(Tensor x, double lambda = 0.5) => Dispatcher.Call("softshrink", x, lambda);

            public static Tensor tanhshrink(Tensor x, bool inplace = false)
            {
                using var tanh = Dispatcher.Call("tanh", x);
                return Dispatcher.Call(inplace ? "sub_.Tensor" : "sub.Tensor", x, tanh);
            }

            public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) =>
                Dispatcher.Call("softmax.int", input, dim, dtype);

            /// <summary>Softmax over the channels of (N, C, H, W) or (C, H, W).</summary>
            public static Tensor softmax2d(Tensor x)
            {
                if (x.dim() is not (3 or 4))
                    throw new ArgumentException($"softmax2d: expected (N, C, H, W) or (C, H, W), got {x.dim()} dimensions.", nameof(x));
                return softmax(x, -3);
            }

            public static Tensor log_softmax(Tensor x, long dim) => Dispatcher.Call("log_softmax.int", x, dim);

            public static Tensor softmin(Tensor x, long dim)
            {
                using var negative = Dispatcher.Call("neg", x);
                return softmax(negative, dim);
            }

            public static Tensor glu(Tensor input, long dim = -1) => Dispatcher.Call("glu", input, dim);

            // In place means a new handle to the changed input, so that callers may dispose input and result alike.
            private static Tensor Activate(string op, bool inplace, params ReadOnlySpan<Arg> arguments) =>
                Dispatcher.Call(inplace ? op + "_" : op, arguments);
        }
    }
}
