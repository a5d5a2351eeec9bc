using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>Resizes the spatial dimensions of (N, C, L), (N, C, H, W) or (N, C, D, H, W).</summary>
            /// <param name="x">The input.</param>
            /// <param name="size">The wanted spatial sizes; either this or <paramref name="scale_factor"/>.</param>
            /// <param name="scale_factor">Factors, one for all dimensions or one for each.</param>
            /// <param name="mode">Linear fits three dimensions, Bilinear and Bicubic four, Trilinear five.</param>
            /// <param name="align_corners">Whether the corner pixels keep their values; only for the linear and cubic modes.</param>
            /// <param name="recompute_scale_factor">Whether the resulting size, not the factor, sets the step.</param>
            /// <param name="antialias">Whether down-sampling smooths; Bilinear and Bicubic only.</param>
            public static Tensor interpolate(Tensor x, long[]? size = null, double[]? scale_factor = null, InterpolationMode mode = InterpolationMode.Nearest,
                bool? align_corners = null, bool recompute_scale_factor = false, bool antialias = false)
            {
                var spatial = (int)x.dim() - 2;
                if (size is null == scale_factor is null)
                    throw new ArgumentException("interpolate: expected either size or scale_factor, got " + (size is null ? "neither." : "both."));
                if (align_corners is not null && mode is (InterpolationMode.Nearest or InterpolationMode.Area or InterpolationMode.NearestExact))
                    throw new ArgumentException($"interpolate: align_corners is only for the linear, bilinear, bicubic and trilinear modes, got {mode}.");
                if (antialias && mode is not (InterpolationMode.Bilinear or InterpolationMode.Bicubic))
                    throw new ArgumentException($"interpolate: antialias is only for the bilinear and bicubic modes, got {mode}.");
                size = Spread(size, spatial, nameof(size));
                scale_factor = Spread(scale_factor, spatial, nameof(scale_factor));
                if (scale_factor is not null && (recompute_scale_factor || mode == InterpolationMode.Area))
                {
                    size = [.. scale_factor.Select((factor, i) => (long)Math.Floor(x.shape[i + 2] * factor))];
                    scale_factor = null;
                }

                var corners = align_corners ?? false;
                return (mode, spatial) switch
                {
                    (InterpolationMode.Nearest, >= 1 and <= 3) => Dispatcher.Call($"upsample_nearest{spatial}d.vec", x, size, scale_factor),
                    (InterpolationMode.NearestExact, >= 1 and <= 3) => Dispatcher.Call($"_upsample_nearest_exact{spatial}d.vec", x, size, scale_factor),
                    (InterpolationMode.Area, 1) => adaptive_avg_pool1d(x, size![0]),
                    (InterpolationMode.Area, 2) => adaptive_avg_pool2d(x, size!),
                    (InterpolationMode.Area, 3) => adaptive_avg_pool3d(x, size!),
                    (InterpolationMode.Linear, 1) => Dispatcher.Call("upsample_linear1d.vec", x, size, corners, scale_factor),
                    (InterpolationMode.Bilinear, 2) =>
                        Dispatcher.Call(antialias ? "_upsample_bilinear2d_aa.vec" : "upsample_bilinear2d.vec", x, size, corners, scale_factor),
                    (InterpolationMode.Bicubic, 2) =>
                        Dispatcher.Call(antialias ? "_upsample_bicubic2d_aa.vec" : "upsample_bicubic2d.vec", x, size, corners, scale_factor),
                    (InterpolationMode.Trilinear, 3) => Dispatcher.Call("upsample_trilinear3d.vec", x, size, corners, scale_factor),
                    _ => throw new ArgumentException($"interpolate: mode {mode} does not fit an input of {x.dim()} dimensions.", nameof(mode)),
                };
            }

            public static Tensor upsample(Tensor input, long[]? size = null, double[]? scale_factor = null, UpsampleMode mode = UpsampleMode.Nearest,
                bool align_corners = false) =>
                interpolate(input, size, scale_factor, (InterpolationMode)mode, mode == UpsampleMode.Nearest ? null : align_corners);

            public static Tensor upsample_bilinear(Tensor x, long[]? size = null, double[]? scale_factor = null, bool align_corners = false) =>
                interpolate(x, size, scale_factor, InterpolationMode.Bilinear, align_corners);

            public static Tensor upsample_nearest(Tensor x, long[]? size = null, double[]? scale_factor = null, bool align_corners = false) =>
                interpolate(x, size, scale_factor, InterpolationMode.Nearest, align_corners ? true : null);

            private static T[]? Spread<T>(T[]? values, int count, string name)
            {
                if (values is null || values.Length == count) return values;
                if (values.Length == 1) return [.. Enumerable.Repeat(values[0], count)];
                throw new ArgumentException($"interpolate: expected one or {count} values of {name}, got {values.Length}.", name);
            }
        }
    }
}
