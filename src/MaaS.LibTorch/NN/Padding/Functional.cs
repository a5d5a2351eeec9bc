using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>Pads the last dimensions of the input.</summary>
            /// <param name="input">Any shape.</param>
            /// <param name="pad">Sizes before and after, last dimension first; negative ones crop.</param>
            /// <param name="mode">Zeros and Constant pad with <paramref name="value"/>.</param>
            /// <param name="value">The constant.</param>
            public static Tensor pad(Tensor input, long[] pad, PaddingModes mode = PaddingModes.Constant, double value = 0) => mode switch
            {
                PaddingModes.Reflect => Dispatcher.Call("pad", input, pad, "reflect"),
                PaddingModes.Replicate => Dispatcher.Call("pad", input, pad, "replicate"),
                PaddingModes.Circular => Dispatcher.Call("pad", input, pad, "circular"),
                _ => Dispatcher.Call("constant_pad_nd", input, pad, value),
            };

            public static Tensor pad(Tensor input, ReadOnlySpan<long> pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, pad.ToArray(), mode, value);

            public static Tensor pad(Tensor input, (long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, [pad.Item1, pad.Item2], mode, value);

            public static Tensor pad(Tensor input, (long, long, long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, [pad.Item1, pad.Item2, pad.Item3, pad.Item4], mode, value);

            /// <summary>Pads every dimension alike on both sides.</summary>
            public static Tensor pad(Tensor input, long pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, [.. Enumerable.Repeat(pad, 2 * (int)input.dim())], mode, value);
        }
    }
}
