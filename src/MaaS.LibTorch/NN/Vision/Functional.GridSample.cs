using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>Reads an input at the points of a grid: (N, C, H, W) at (N, H', W', 2), or (N, C, D, H, W) at (N, D', H', W', 3).</summary>
            /// <param name="input">The input.</param>
            /// <param name="grid">Points (x, y) or (x, y, z) from −1 to 1; beyond lies the padding.</param>
            /// <param name="mode">How values between pixels are made.</param>
            /// <param name="padding_mode">What lies outside.</param>
            /// <param name="align_corners">Whether −1 and 1 are the centres of the corner pixels instead of their outer edges.</param>
            public static Tensor grid_sample(
                Tensor input, Tensor grid, GridSampleMode mode = GridSampleMode.Bilinear,
                GridSamplePaddingMode padding_mode = GridSamplePaddingMode.Zeros, bool? align_corners = null)
            {
                // libtorch's own numbers: bilinear 0, nearest 1; zeros 0, border 1, reflection 2.
                long interpolation = mode == GridSampleMode.Nearest ? 1 : 0;
                long padding = padding_mode switch { GridSamplePaddingMode.Zeros => 0, GridSamplePaddingMode.Border => 1, _ => 2 };
                return Dispatcher.Call("grid_sampler", input, grid, interpolation, padding, align_corners ?? false);
            }
        }
    }
}
