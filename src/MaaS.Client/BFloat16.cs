using System.Buffers.Binary;

namespace MaaS.Client;

/// <summary>The upper half of a float32: 8 bits of exponent, 7 of fraction.</summary>
internal static class BFloat16
{
    /// <summary>Little-endian values, rounded to the nearest, ties to even; NaN stays NaN.</summary>
    public static byte[] Write(ReadOnlySpan<float> values)
    {
        var bytes = new byte[values.Length * sizeof(ushort)];
        for (var i = 0; i < values.Length; i++)
        {
            var bits = BitConverter.SingleToUInt32Bits(values[i]);
            var rounded = float.IsNaN(values[i])
                ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(i * sizeof(ushort)), rounded);
        }

        return bytes;
    }

    /// <summary>The values, exactly.</summary>
    public static float[] Read(ReadOnlySpan<byte> bytes)
    {
        var values = new float[bytes.Length / sizeof(ushort)];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = BitConverter.UInt32BitsToSingle(
                (uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes[(i * sizeof(ushort))..]) << 16);
        }

        return values;
    }
}
