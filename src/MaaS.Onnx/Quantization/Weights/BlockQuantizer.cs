namespace MaaS.Onnx.Quantization.Weights;

/// <summary>A matrix in blocks along its rows' direction, as ONNX Runtime's <c>com.microsoft.MatMulNBits</c> reads
/// it.</summary>
/// <param name="Packed">uint8 (N, blocks, blockSize · bits / 8); of two 4-bit values in a byte the first is the low
/// one.</param>
/// <param name="Scales">(N, blocks).</param>
/// <param name="ZeroPoints">uint8 (N, ⌈blocks · bits / 8⌉), packed as the values; null when all are 2^(bits−1).</param>
public sealed record BlockWeights(byte[] Packed, float[] Scales, byte[]? ZeroPoints);

/// <summary>Block-wise 4- and 8-bit weights: each run of <c>blockSize</c> inputs of one output has a scale of its
/// own.</summary>
/// <remarks>The layout is that of the MatMulNBits operator in ONNX Runtime's ContribOperators.md.</remarks>
public static class BlockQuantizer
{
    /// <summary>Quantizes the weights of a matrix product.</summary>
    /// <param name="weights">(K, N) row-major, or (N, K) when <paramref name="transposed"/>.</param>
    /// <param name="k">Inputs.</param>
    /// <param name="n">Outputs.</param>
    /// <param name="transposed">Whether the rows are outputs.</param>
    /// <param name="bits">4 or 8.</param>
    /// <param name="blockSize">A power of two of at least 16; the last block of an output may be partly empty.</param>
    /// <param name="symmetric">Whether all zero points are 2^(bits−1); otherwise each block has its own.</param>
    /// <exception cref="ArgumentException">Bits or block size are others, or a weight is not finite.</exception>
    public static BlockWeights Quantize(
        ReadOnlySpan<float> weights, int k, int n, bool transposed, int bits = 4, int blockSize = 32,
        bool symmetric = true)
    {
        Check(bits, blockSize);
        int blocks = (k + blockSize - 1) / blockSize, blockBytes = blockSize * bits / 8;
        int zeroPointBytes = (blocks * bits + 7) / 8;
        var packed = new byte[n * blocks * blockBytes];
        var scales = new float[n * blocks];
        var zeroPoints = symmetric ? null : new byte[n * zeroPointBytes];
        Span<float> block = stackalloc float[Math.Min(blockSize, 256)];
        if (blockSize > block.Length)
        {
            block = new float[blockSize];
        }

        for (int output = 0; output < n; output++)
        {
            for (int b = 0; b < blocks; b++)
            {
                int length = Math.Min(blockSize, k - b * blockSize);
                for (int i = 0; i < length; i++)
                {
                    int input = b * blockSize + i;
                    block[i] = transposed ? weights[output * k + input] : weights[input * n + output];
                }
                var used = block[..length];
                var (scale, zeroPoint) = symmetric ? Symmetric(used, bits) : Asymmetric(used, bits);
                scales[output * blocks + b] = scale;
                if (zeroPoints is not null)
                {
                    Put(zeroPoints.AsSpan(output * zeroPointBytes, zeroPointBytes), b, zeroPoint, bits);
                }

                Pack(used, scale, zeroPoint, bits, packed.AsSpan((output * blocks + b) * blockBytes, blockBytes));
            }
        }
        return new BlockWeights(packed, scales, zeroPoints);
    }

    private static void Check(int bits, int blockSize)
    {
        if (bits is not (4 or 8))
        {
            throw new ArgumentException($"block weights: expected 4 or 8 bits, got {bits}", nameof(bits));
        }

        if (blockSize < 16 || !int.IsPow2(blockSize))
        {
            throw new ArgumentException(
                $"block weights: expected a power of two of at least 16, got {blockSize}", nameof(blockSize));
        }
    }

    /// <summary>The value of greatest magnitude becomes the lowest integer exactly, which may make the scale
    /// negative.</summary>
    private static (float Scale, int ZeroPoint) Symmetric(ReadOnlySpan<float> block, int bits)
    {
        int half = 1 << (bits - 1);
        float extreme = 0;
        foreach (float weight in block)
        {
            ThrowUnlessFinite(weight);
            if (Math.Abs(weight) > Math.Abs(extreme))
            {
                extreme = weight;
            }
        }
        float scale = extreme / -half;
        return (Math.Abs(scale) < 1e-30f ? 1 : scale, half);
    }

    private static (float Scale, int ZeroPoint) Asymmetric(ReadOnlySpan<float> block, int bits)
    {
        int highest = (1 << bits) - 1;
        float min = 0, max = 0;
        foreach (float weight in block)
        {
            ThrowUnlessFinite(weight);
            min = Math.Min(min, weight);
            max = Math.Max(max, weight);
        }
        float scale = (max - min) / highest;
        return scale < 1e-30f ? (1, 0) : (scale, (int)Math.Clamp(MathF.Round(-min / scale), 0, highest));
    }

    private static void Pack(ReadOnlySpan<float> block, float scale, int zeroPoint, int bits, Span<byte> packed)
    {
        int highest = (1 << bits) - 1;
        for (int i = 0; i < block.Length; i++)
        {
            Put(packed, i, (int)Math.Clamp(MathF.Round(block[i] / scale) + zeroPoint, 0, highest), bits);
        }
        // What lies beyond the last input meets zeros; it is written as zero all the same.
        for (int i = block.Length; i < packed.Length * 8 / bits; i++)
        {
            Put(packed, i, zeroPoint, bits);
        }
    }

    private static void Put(Span<byte> packed, int index, int value, int bits)
    {
        if (bits == 8)
        {
            packed[index] = (byte)value;
        }
        else
        {
            packed[index / 2] |= (byte)(index % 2 == 0 ? value : value << 4);
        }
    }

    private static void ThrowUnlessFinite(float weight)
    {
        if (!float.IsFinite(weight))
        {
            throw new ArgumentException($"quantization: expected finite weights, got {weight}");
        }
    }
}
