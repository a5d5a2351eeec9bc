using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor adaptive_avg_pool1d(Tensor input, long output_size) => Dispatcher.Call("adaptive_avg_pool1d", input, new[] { output_size });

            public static Tensor adaptive_avg_pool2d(Tensor input, long[] output_size) => Dispatcher.Call("adaptive_avg_pool2d", input, output_size);

            public static Tensor adaptive_avg_pool2d(Tensor input, (long, long) output_size) => adaptive_avg_pool2d(input, Pair(output_size)!);

            public static Tensor adaptive_avg_pool2d(Tensor input, long output_size) => adaptive_avg_pool2d(input, [output_size, output_size]);

            public static Tensor adaptive_avg_pool3d(Tensor input, long[] output_size) => Dispatcher.Call("adaptive_avg_pool3d", input, output_size);

            public static Tensor adaptive_avg_pool3d(Tensor input, (long, long, long) output_size) =>
                adaptive_avg_pool3d(input, [output_size.Item1, output_size.Item2, output_size.Item3]);

            public static Tensor adaptive_avg_pool3d(Tensor input, long output_size) => adaptive_avg_pool3d(input, [output_size, output_size, output_size]);

            public static Tensor adaptive_max_pool1d(Tensor input, long output_size)
            {
                var (values, indices) = adaptive_max_pool1d_with_indices(input, output_size);
                indices.Dispose();
                return values;
            }

            public static (Tensor Values, Tensor Indices) adaptive_max_pool1d_with_indices(Tensor input, long output_size) =>
                Dispatcher.Call2("adaptive_max_pool1d", input, new[] { output_size });

            public static Tensor adaptive_max_pool2d(Tensor input, long[] output_size)
            {
                var (values, indices) = adaptive_max_pool2d_with_indices(input, output_size);
                indices.Dispose();
                return values;
            }

            public static (Tensor Values, Tensor Indices) adaptive_max_pool2d_with_indices(Tensor input, long[] output_size) =>
                Dispatcher.Call2("adaptive_max_pool2d", input, output_size);

            public static Tensor adaptive_max_pool3d(Tensor input, long[] output_size)
            {
                var (values, indices) = adaptive_max_pool3d_with_indices(input, output_size);
                indices.Dispose();
                return values;
            }

            public static (Tensor Values, Tensor Indices) adaptive_max_pool3d_with_indices(Tensor input, long[] output_size) =>
                Dispatcher.Call2("adaptive_max_pool3d", input, output_size);
        }
    }
}
