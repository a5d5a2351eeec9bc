using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>Initialisations, all in place and outside the autograd graph. They draw as PyTorch does: one seed, one result.</summary>
        public static class init
        {
            public enum NonlinearityType
            {
                Linear = 0,
                Conv1D = 1,
                Conv2D = 2,
                Conv3D = 3,
                ConvTranspose1D = 4,
                ConvTranspose2D = 5,
                ConvTranspose3D = 6,
                Sigmoid = 7,
                Tanh = 8,
                ReLU = 9,
                LeakyReLU = 10,
            }

            public enum FanInOut
            {
                FanIn = 0,
                FanOut = 1,
            }

            /// <summary>The gain that keeps the variance through a nonlinearity; param is the slope of a leaky ReLU.</summary>
            public static double calculate_gain(NonlinearityType nonlinearity, double param = 0.0) => nonlinearity switch
            {
                NonlinearityType.Tanh => 5.0 / 3.0,
                NonlinearityType.ReLU => Math.Sqrt(2.0),
                NonlinearityType.LeakyReLU => Math.Sqrt(2.0 / (1 + (param * param))),
                _ => 1.0,
            };

            public static Tensor ones_(Tensor tensor) => constant_(tensor, 1.0);

            public static Tensor zeros_(Tensor tensor) => constant_(tensor, 0.0);

            public static Tensor constant_(Tensor tensor, Scalar val) => Fill("fill_.Scalar", tensor, val);

            public static Tensor uniform_(Tensor tensor, double low = 0, double high = 1, Generator? generator = null) =>
                Fill("uniform_", tensor, low, high, generator);

            public static Tensor normal_(Tensor tensor, double mean = 0, double std = 1, Generator? generator = null) =>
                Fill("normal_", tensor, mean, std, generator);

            /// <summary>A normal distribution cut at a and b, drawn by inverting its distribution function.</summary>
            public static Tensor trunc_normal_(Tensor tensor, double mean = 0.0, double std = 1.0, double a = -2.0, double b = 2.0, Generator? generator = null)
            {
                var low = NormalDistribution((a - mean) / std);
                var high = NormalDistribution((b - mean) / std);
                using var _ = no_grad();
                Dispatcher.CallInPlace("uniform_", tensor, (2 * low) - 1, (2 * high) - 1, generator);
                Dispatcher.CallInPlace("erfinv_", tensor);
                Dispatcher.CallInPlace("mul_.Scalar", tensor, std * Math.Sqrt(2.0));
                Dispatcher.CallInPlace("add_.Scalar", tensor, mean);
                return Dispatcher.CallInPlace("clamp_", tensor, a, b);
            }

            /// <summary>The identity matrix.</summary>
            public static Tensor eye_(Tensor tensor)
            {
                var shape = Shape(tensor, 2, 2, nameof(eye_));
                using var _ = no_grad();
                using var eye = Dispatcher.Call("eye.m", shape[0], shape[1], tensor.dtype, Arg.None, tensor.device);
                return tensor.copy_(eye);
            }

            /// <summary>Convolution weights that pass channels through unchanged.</summary>
            public static Tensor dirac_(Tensor tensor)
            {
                var shape = Shape(tensor, 3, 5, nameof(dirac_));
                using var _ = no_grad();
                using var scope = NewDisposeScope();
                tensor.zero_();
                for (var channel = 0L; channel < Math.Min(shape[0], shape[1]); channel++)
                {
                    var entry = Dispatcher.Call("select.int", Dispatcher.Call("select.int", tensor, 0L, channel), 0L, channel);
                    for (var d = 2; d < shape.Length; d++) entry = Dispatcher.Call("select.int", entry, 0L, shape[d] / 2);
                    entry.fill_(1.0);
                }
                return tensor;
            }

            /// <summary>A (semi-)orthogonal matrix (Saxe et al. 2013); further dimensions count as columns.</summary>
            public static Tensor orthogonal_(Tensor tensor, double gain = 1.0)
            {
                var shape = Shape(tensor, 2, int.MaxValue, nameof(orthogonal_));
                if (tensor.numel() == 0) return tensor;
                using var _ = no_grad();
                using var scope = NewDisposeScope();
                var (rows, columns) = (shape[0], tensor.numel() / shape[0]);
                var flat = Dispatcher.Call("normal_", empty([rows, columns], tensor.dtype, tensor.device), 0.0, 1.0);
                if (rows < columns) flat = flat.t();
                var (q, r) = Dispatcher.Call2("linalg_qr", flat, "reduced");
                q = q.mul(Dispatcher.Call("sign", Dispatcher.Call("diag", r)));   // Uniform over the group: Mezzadri 2007.
                if (rows < columns) q = q.t();
                tensor.copy_(q.reshape(shape));
                return tensor.mul_(gain);
            }

            /// <summary>Normal numbers with the given share of zeros in every column (Martens 2010).</summary>
            public static Tensor sparse_(Tensor tensor, double sparsity, double std = 0.01)
            {
                var shape = Shape(tensor, 2, 2, nameof(sparse_));
                var zeros = (long)Math.Ceiling(sparsity * shape[0]);
                using var _ = no_grad();
                using var scope = NewDisposeScope();
                Dispatcher.CallInPlace("normal_", tensor, 0.0, std);
                for (var column = 0L; column < shape[1]; column++)
                {
                    var order = Dispatcher.Call("randperm", shape[0], Arg.None, Arg.None, tensor.device);
                    var rows = Dispatcher.Call("slice.Tensor", order, 0L, 0L, zeros);
                    Dispatcher.Call("select.int", tensor, 1L, column).index_fill_(0, rows, 0.0);
                }
                return tensor;
            }

            /// <summary>Uniform with the variance of He et al. 2015.</summary>
            public static Tensor kaiming_uniform_(Tensor tensor, double a = 0, FanInOut mode = FanInOut.FanIn,
                NonlinearityType nonlinearity = NonlinearityType.LeakyReLU)
            {
                if (tensor.shape.Contains(0)) return tensor;
                var bound = Math.Sqrt(3.0) * KaimingDeviation(tensor, a, mode, nonlinearity);
                return uniform_(tensor, -bound, bound);
            }

            /// <summary>Normal with the variance of He et al. 2015.</summary>
            public static Tensor kaiming_normal_(Tensor tensor, double a = 0, FanInOut mode = FanInOut.FanIn,
                NonlinearityType nonlinearity = NonlinearityType.LeakyReLU) =>
                tensor.shape.Contains(0) ? tensor : normal_(tensor, 0, KaimingDeviation(tensor, a, mode, nonlinearity));

            /// <summary>Uniform with the variance of Glorot and Bengio 2010.</summary>
            public static Tensor xavier_uniform_(Tensor tensor, double gain = 1.0)
            {
                var bound = Math.Sqrt(3.0) * XavierDeviation(tensor, gain);
                return uniform_(tensor, -bound, bound);
            }

            public static Tensor glorot_uniform_(Tensor tensor, double gain = 1.0) => xavier_uniform_(tensor, gain);

            /// <summary>Normal with the variance of Glorot and Bengio 2010.</summary>
            public static Tensor xavier_normal_(Tensor tensor, double gain = 1.0) => normal_(tensor, 0, XavierDeviation(tensor, gain));

            public static Tensor glorot_normal_(Tensor tensor, double gain = 1.0) => xavier_normal_(tensor, gain);

            /// <summary>Inputs and outputs that meet in one weight: (out, in, kernel…).</summary>
            /// <exception cref="ArgumentException">Fewer than two dimensions.</exception>
            public static (long fanIn, long fanOut) CalculateFanInAndFanOut(Tensor tensor)
            {
                var shape = tensor.shape;
                if (shape.Length < 2) throw new ArgumentException("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions");
                var field = 1L;
                foreach (var size in shape.AsSpan(2)) field *= size;
                return (shape[1] * field, shape[0] * field);
            }

            private static double KaimingDeviation(Tensor tensor, double a, FanInOut mode, NonlinearityType nonlinearity)
            {
                var (fanIn, fanOut) = CalculateFanInAndFanOut(tensor);
                return calculate_gain(nonlinearity, a) / Math.Sqrt(mode == FanInOut.FanIn ? fanIn : fanOut);
            }

            private static double XavierDeviation(Tensor tensor, double gain)
            {
                var (fanIn, fanOut) = CalculateFanInAndFanOut(tensor);
                return gain * Math.Sqrt(2.0 / (fanIn + fanOut));
            }

            private static Tensor Fill(string op, Tensor tensor, params ReadOnlySpan<Arg> arguments)
            {
                using var _ = no_grad();
                return Dispatcher.CallInPlace(op, tensor, arguments);
            }

            private static long[] Shape(Tensor tensor, int least, int most, string initialisation)
            {
                var shape = tensor.shape;
                if (shape.Length < least || shape.Length > most)
                    throw new ArgumentException($"{initialisation}: expected {least}{(most == least ? "" : " or more")} dimensions, got {shape.Length}.");
                return shape;
            }

            // One double-precision element of libtorch's error function.
            private static double NormalDistribution(double x)
            {
                using var value = full([1], x / Math.Sqrt(2.0), ScalarType.Float64, CPU);
                using var erf = Dispatcher.Call("erf", value);
                return (1.0 + erf.item<double>()) / 2.0;
            }
        }
    }
}
