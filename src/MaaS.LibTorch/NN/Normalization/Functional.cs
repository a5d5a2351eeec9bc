using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>x over its p-norm along dim, which is at least eps.</summary>
            public static Tensor normalize(Tensor input, double p = 2.0, long dim = 1L, double eps = 1e-12)
            {
                using var norm = Dispatcher.Call("norm.ScalarOpt_dim", input, p, new[] { dim }, true);
                using var floor = Dispatcher.Call("clamp_min", norm, eps);
                return Dispatcher.Call("div.Tensor", input, floor);
            }

            public static Tensor batch_norm(Tensor input, Tensor? running_mean, Tensor? running_var, Tensor? weight = null, Tensor? bias = null,
                bool training = false, double momentum = 0.1, double eps = 1e-5)
            {
                if (training && input.numel() == input.shape[1])
                    throw new ArgumentException(
                        $"batch_norm: expected more than 1 value per channel when training, got input ({string.Join(", ", input.shape)}).", nameof(input));
                return Dispatcher.Call("batch_norm", input, weight, bias, running_mean, running_var, training, momentum, eps, true);
            }

            public static Tensor group_norm(Tensor input, long num_groups, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5) =>
                Dispatcher.Call("group_norm", input, num_groups, weight, bias, eps, true);

            public static Tensor instance_norm(Tensor input, Tensor? running_mean = null, Tensor? running_var = null, Tensor? weight = null,
                Tensor? bias = null, bool use_input_stats = true, double momentum = 0.1, double eps = 1e-5) =>
                Dispatcher.Call("instance_norm", input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps, true);

            public static Tensor layer_norm(Tensor input, long[] normalized_shape, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5) =>
                Dispatcher.Call("layer_norm", input, normalized_shape, weight, bias, eps, true);

            /// <summary>x / (k + alpha · mean of x² over size neighbouring channels)^beta, over (N, C, …).</summary>
            public static Tensor local_response_norm(Tensor input, long size, double alpha = 0.0001, double beta = 0.75, double k = 1.0)
            {
                if (input.dim() < 3) throw new ArgumentException($"Invalid number of dimensions for LocalResponseNorm argument: {input.dim()}");
                using var scope = NewDisposeScope();
                var shape = input.shape;
                var squares = input.mul(input).reshape(shape[0], 1, shape[1], -1);                      // (N, 1, C, rest)
                var padded = pad(squares, new[] { 0L, 0L, size / 2, (size - 1) / 2 });
                var mean = avg_pool2d(padded, [size, 1], [1, 1]).reshape(shape);
                var divisor = Dispatcher.Call("pow.Tensor_Scalar", mean.mul(alpha).add(k), beta);
                return input.div(divisor).MoveToOuterDisposeScope();
            }
        }
    }
}
