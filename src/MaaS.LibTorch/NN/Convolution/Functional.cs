using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor conv1d(Tensor input, Tensor weight, Tensor? bias = null, long? stride = null, long? padding = null,
                long? dilation = null, long groups = 1) =>
                Convolve(1, input, weight, bias, [stride ?? 1], [padding ?? 0], [dilation ?? 1], groups);

            public static Tensor conv1d_padding(Tensor input, Tensor weight, Tensor? bias = null, long? stride = null,
                Padding padding = Padding.Valid, long? dilation = null, long groups = 1) =>
                ConvolvePadding(1, input, weight, bias, [stride ?? 1], padding, [dilation ?? 1], groups);

            public static Tensor conv2d(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null,
                long[]? dilation = null, long groups = 1) =>
                Convolve(2, input, weight, bias, strides ?? [1], padding ?? [0], dilation ?? [1], groups);

            public static Tensor conv2d_padding(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null,
                Padding padding = Padding.Valid, long[]? dilation = null, long groups = 1) =>
                ConvolvePadding(2, input, weight, bias, strides ?? [1], padding, dilation ?? [1], groups);

            public static Tensor conv3d(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null,
                long[]? dilation = null, long groups = 1) =>
                Convolve(3, input, weight, bias, strides ?? [1], padding ?? [0], dilation ?? [1], groups);

            public static Tensor conv3d_padding(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null,
                Padding padding = Padding.Valid, long[]? dilation = null, long groups = 1) =>
                ConvolvePadding(3, input, weight, bias, strides ?? [1], padding, dilation ?? [1], groups);

            public static Tensor conv_transpose1d(Tensor input, Tensor weight, Tensor? bias = null, long? stride = null, long? padding = null,
                long? output_padding = null, long? dilation = null, long groups = 1) =>
                ConvolveTransposed(1, input, weight, bias, [stride ?? 1], [padding ?? 0], [output_padding ?? 0], [dilation ?? 1], groups);

            public static Tensor conv_transpose2d(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null,
                long[]? output_padding = null, long[]? dilation = null, long groups = 1) =>
                ConvolveTransposed(2, input, weight, bias, strides ?? [1], padding ?? [0], output_padding ?? [0], dilation ?? [1], groups);

            public static Tensor conv_transpose3d(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null,
                long[]? output_padding = null, long[]? dilation = null, long groups = 1) =>
                ConvolveTransposed(3, input, weight, bias, strides ?? [1], padding ?? [0], output_padding ?? [0], dilation ?? [1], groups);

            internal static Tensor Convolve(int dimensions, Tensor input, Tensor weight, Tensor? bias, long[] stride, long[] padding, long[] dilation, long groups) =>
                Dispatcher.Call(Operator(dimensions, "conv1d", "conv2d", "conv3d"), input, weight, bias, stride, padding, dilation, groups);

            internal static Tensor ConvolvePadding(int dimensions, Tensor input, Tensor weight, Tensor? bias, long[] stride, Padding padding, long[] dilation, long groups) =>
                Dispatcher.Call(Operator(dimensions, "conv1d.padding", "conv2d.padding", "conv3d.padding"), input, weight, bias, stride,
                    padding == Padding.Same ? "same" : "valid", dilation, groups);

            internal static Tensor ConvolveTransposed(int dimensions, Tensor input, Tensor weight, Tensor? bias, long[] stride, long[] padding,
                long[] outputPadding, long[] dilation, long groups) =>
                Dispatcher.Call(Operator(dimensions, "conv_transpose1d", "conv_transpose2d.input", "conv_transpose3d.input"),
                    input, weight, bias, stride, padding, outputPadding, groups, dilation);

            private static string Operator(int dimensions, string one, string two, string three) =>
                dimensions switch { 1 => one, 2 => two, _ => three };
        }
    }
}
