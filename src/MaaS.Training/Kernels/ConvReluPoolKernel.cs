using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MaaS.Training.Kernels;

/// <summary>3×3 convolution, ReLU and 2×2 max-pooling in one pass that never writes the unpooled activations.</summary>
/// <remarks>
/// The columns of each input row are split into even and odd ones first, so that the four values of a pooling window
/// come from the same lanes of four vectors. A convolution output at column 2p+dx needs, for tap j, column 2p+dx+j:
/// parity (dx+j)&amp;1, position p+(dx+j)/2. The separate operators move 16 times the memory of the pooled output.
/// </remarks>
internal static unsafe class ConvReluPoolKernel
{
    /// <summary>What <c>choice</c> holds for a window whose largest value ReLU cut off; 0 to 3 name the place in
    /// it.</summary>
    private const int Cut = 4;

    /// <summary>Splits the columns of all rows into even and odd ones.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="input">(B, C, H, W).</param>
    /// <param name="planes">(B, C, H, 2, HalfRow); what is beyond a row's end becomes 0.</param>
    public static void Split(in ConvReluPoolShape shape, ReadOnlySpan<float> input, Span<float> planes)
    {
        planes.Clear();
        var half = shape.HalfRow;
        for (var row = 0; row < shape.Batch * shape.Inputs * shape.Height; row++)
        {
            var source = input.Slice(row * shape.Width, shape.Width);
            var even = planes.Slice(row * 2 * half, half);
            var odd = planes.Slice((row * 2 * half) + half, half);
            for (var x = 0; x + 1 < source.Length; x += 2)
            {
                even[x / 2] = source[x];
                odd[x / 2] = source[x + 1];
            }

            if (source.Length % 2 == 1)
            {
                even[source.Length / 2] = source[^1];
            }
        }
    }

    /// <summary>The pooled activations and which place of its window each came from.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="planes">From <see cref="Split"/>.</param>
    /// <param name="weight">(O, C, 3, 3).</param>
    /// <param name="bias">(O).</param>
    /// <param name="output">(B, O, PooledHeight, PooledWidth).</param>
    /// <param name="choice">(B, O, PooledHeight, PooledWidth) and one vector of room.</param>
    public static void Forward(
        in ConvReluPoolShape shape, ReadOnlySpan<float> planes, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias,
        Span<float> output, Span<byte> choice)
    {
        var (half, plane, width) = (shape.HalfRow, shape.Plane, shape.PooledWidth);
        var end = shape.OutputLength;
        fixed (float* source = planes, weights = weight, target = output)
        fixed (byte* choices = choice)
        {
            var at = 0;
            for (var image = 0; image < shape.Batch; image++)
            {
                for (var channel = 0; channel < shape.Outputs; channel++)
                {
                    var start = Vector512.Create(bias[channel]);
                    var taps = weights + (channel * shape.Inputs * 9);
                    for (var y = 0; y < shape.PooledHeight; y++)
                    {
                        for (var x = 0; x < width; x += ConvReluPoolShape.Lanes)
                        {
                            var (a, b, c, d) = (start, start, start, start);
                            for (var input = 0; input < shape.Inputs; input++)
                            {
                                var rows = source + (((long)image * shape.Inputs + input) * plane) + (y * 4 * half) + x;
                                var w = taps + (input * 9);
                                Accumulate(rows, half, w, ref a, ref b);
                                Accumulate(rows + (2 * half), half, w + 3, ref a, ref b);
                                Accumulate(rows + (2 * half), half, w, ref c, ref d);
                                Accumulate(rows + (4 * half), half, w + 6, ref a, ref b);
                                Accumulate(rows + (4 * half), half, w + 3, ref c, ref d);
                                Accumulate(rows + (6 * half), half, w + 6, ref c, ref d);
                            }

                            var (largest, place) = Pool(a, b, c, d);

                            // Later rows overwrite what a vector writes beyond its row: rows are written in order.
                            var here = at + x;
                            if (here + ConvReluPoolShape.Lanes <= end)
                            {
                                largest.Store(target + here);
                            }
                            else
                            {
                                for (var i = 0; here + i < end; i++)
                                {
                                    target[here + i] = largest[i];
                                }
                            }

                            Bytes(place).Store(choices + here);
                        }

                        at += width;
                    }
                }
            }
        }
    }

    /// <summary>Gradients of weight and bias.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="planes">From <see cref="Split"/>.</param>
    /// <param name="choice">From <see cref="Forward"/>.</param>
    /// <param name="gradient">(B, O, PooledHeight, PooledWidth).</param>
    /// <param name="weight">(O, C, 3, 3), written.</param>
    /// <param name="bias">(O), written.</param>
    public static void Backward(
        in ConvReluPoolShape shape, ReadOnlySpan<float> planes, ReadOnlySpan<byte> choice, ReadOnlySpan<float> gradient,
        Span<float> weight, Span<float> bias)
    {
        var (half, plane, width, height) = (shape.HalfRow, shape.Plane, shape.PooledWidth, shape.PooledHeight);
        var end = shape.OutputLength;
        fixed (float* source = planes, gradients = gradient)
        fixed (byte* choices = choice)
        {
            for (var channel = 0; channel < shape.Outputs; channel++)
            {
                for (var input = 0; input < shape.Inputs; input++)
                {
                    Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default,
                        s6 = default, s7 = default, s8 = default, sum = default;
                    for (var image = 0; image < shape.Batch; image++)
                    {
                        var at = ((image * shape.Outputs) + channel) * height * width;
                        var rows = source + (((long)image * shape.Inputs + input) * plane);
                        for (var y = 0; y < height; y++, at += width, rows += 4 * half)
                        {
                            for (var x = 0; x < width; x += ConvReluPoolShape.Lanes)
                            {
                                var here = at + x;
                                var g = here + ConvReluPoolShape.Lanes <= end
                                    ? Vector512.Load(gradients + here)
                                    : LoadPart(gradients + here, end - here);
                                var place = Ints(Vector128.Load(choices + here));
                                place = Vector512.ConditionalSelect(
                                    Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(width - x)), place,
                                    Vector512.Create(Cut));
                                var a = At(place, 0, g);
                                var b = At(place, 1, g);
                                var c = At(place, 2, g);
                                var d = At(place, 3, g);
                                sum += (a + b) + (c + d);
                                var row = rows + x;
                                Correlate(row, half, a, b, ref s0, ref s1, ref s2);
                                Correlate(row + (2 * half), half, a, b, ref s3, ref s4, ref s5);
                                Correlate(row + (2 * half), half, c, d, ref s0, ref s1, ref s2);
                                Correlate(row + (4 * half), half, a, b, ref s6, ref s7, ref s8);
                                Correlate(row + (4 * half), half, c, d, ref s3, ref s4, ref s5);
                                Correlate(row + (6 * half), half, c, d, ref s6, ref s7, ref s8);
                            }
                        }
                    }

                    var taps = weight.Slice(((channel * shape.Inputs) + input) * 9, 9);
                    (taps[0], taps[1], taps[2]) = (Vector512.Sum(s0), Vector512.Sum(s1), Vector512.Sum(s2));
                    (taps[3], taps[4], taps[5]) = (Vector512.Sum(s3), Vector512.Sum(s4), Vector512.Sum(s5));
                    (taps[6], taps[7], taps[8]) = (Vector512.Sum(s6), Vector512.Sum(s7), Vector512.Sum(s8));
                    bias[channel] = Vector512.Sum(sum);
                }
            }
        }
    }

    // One input row's share of the outputs at even and odd columns.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate(
        float* row, int half, float* taps, ref Vector512<float> even, ref Vector512<float> odd)
    {
        var (w0, w1, w2) = (Vector512.Create(taps[0]), Vector512.Create(taps[1]), Vector512.Create(taps[2]));
        var (x0, x1, x2, x3) = (
            Vector512.Load(row), Vector512.Load(row + half), Vector512.Load(row + 1), Vector512.Load(row + half + 1));
        even = Vector512.FusedMultiplyAdd(x0, w0, even);
        odd = Vector512.FusedMultiplyAdd(x1, w0, odd);
        even = Vector512.FusedMultiplyAdd(x1, w1, even);
        odd = Vector512.FusedMultiplyAdd(x2, w1, odd);
        even = Vector512.FusedMultiplyAdd(x2, w2, even);
        odd = Vector512.FusedMultiplyAdd(x3, w2, odd);
    }

    // One input row's share of a kernel row's gradient.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Correlate(
        float* row, int half,
        Vector512<float> even, Vector512<float> odd, ref Vector512<float> s0, ref Vector512<float> s1,
        ref Vector512<float> s2)
    {
        var (x0, x1, x2, x3) = (
            Vector512.Load(row), Vector512.Load(row + half), Vector512.Load(row + 1), Vector512.Load(row + half + 1));
        s0 = Vector512.FusedMultiplyAdd(even, x0, s0);
        s1 = Vector512.FusedMultiplyAdd(even, x1, s1);
        s2 = Vector512.FusedMultiplyAdd(even, x2, s2);
        s0 = Vector512.FusedMultiplyAdd(odd, x1, s0);
        s1 = Vector512.FusedMultiplyAdd(odd, x2, s1);
        s2 = Vector512.FusedMultiplyAdd(odd, x3, s2);
    }

    // The first of equal values wins and NaN stays NaN, as in torch.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<float> Largest, Vector512<int> Place) Pool(
        Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
    {
        var largest = Vector512.Max(Vector512.Max(a, b), Vector512.Max(c, d));
        var place = Vector512.ConditionalSelect(
            Vector512.Equals(c, largest).AsInt32(), Vector512.Create(2), Vector512.Create(3));
        place = Vector512.ConditionalSelect(Vector512.Equals(b, largest).AsInt32(), Vector512.Create(1), place);
        place = Vector512.ConditionalSelect(Vector512.Equals(a, largest).AsInt32(), Vector512<int>.Zero, place);
        place = Vector512.ConditionalSelect(
            Vector512.LessThanOrEqual(largest, Vector512<float>.Zero).AsInt32(), Vector512.Create(Cut), place);
        return (Vector512.Max(largest, Vector512<float>.Zero), place);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> At(Vector512<int> place, int which, Vector512<float> gradient)
        => Vector512.ConditionalSelect(
            Vector512.Equals(place, Vector512.Create(which)).AsSingle(), gradient, Vector512<float>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Bytes(Vector512<int> values)
        => Avx512F.IsSupported
            ? Avx512F.ConvertToVector128Byte(values)
            : Vector128.Narrow(
                Vector256.Narrow(values.GetLower(), values.GetUpper()).GetLower(),
                Vector256.Narrow(values.GetLower(), values.GetUpper()).GetUpper()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Ints(Vector128<byte> values)
    {
        if (Avx512F.IsSupported)
        {
            return Avx512F.ConvertToVector512Int32(values);
        }

        var (low, high) = Vector128.Widen(values);
        return Vector512.Create(
            Vector256.Create(Vector128.WidenLower(low), Vector128.WidenUpper(low)),
            Vector256.Create(Vector128.WidenLower(high), Vector128.WidenUpper(high))).AsInt32();
    }

    private static Vector512<float> LoadPart(float* source, int count)
    {
        Span<float> values = stackalloc float[ConvReluPoolShape.Lanes];
        values.Clear();
        new ReadOnlySpan<float>(source, count).CopyTo(values);
        return Vector512.Create<float>(values);
    }
}
