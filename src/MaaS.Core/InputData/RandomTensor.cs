using MaaS.Onnx.Inference;


namespace MaaS.Core.InputData;

/// <summary>Numbers as a tensor of an input's element type.</summary>
internal static class RandomTensor
{
    /// <exception cref="ArgumentException">A number does not fit the type.</exception>
    public static TensorValue Of(TensorSpec input, double[] values, long[] shape)
    {
        try
        {
            return input.Type switch
            {
                ElementType.Bool => As(values, shape, static v => v != 0),
                ElementType.UInt8 => As(values, shape, static v => checked((byte)v)),
                ElementType.Int8 => As(values, shape, static v => checked((sbyte)v)),
                ElementType.UInt16 => As(values, shape, static v => checked((ushort)v)),
                ElementType.Int16 => As(values, shape, static v => checked((short)v)),
                ElementType.UInt32 => As(values, shape, static v => checked((uint)v)),
                ElementType.Int32 => As(values, shape, static v => checked((int)v)),
                ElementType.UInt64 => As(values, shape, static v => checked((ulong)v)),
                ElementType.Int64 => As(values, shape, static v => checked((long)v)),
                ElementType.Float16 => As(values, shape, static v => (Half)v),
                ElementType.Float32 => As(values, shape, static v => (float)v),
                ElementType.Float64 => As(values, shape, static v => v),
                ElementType.BFloat16 => new TensorValue(input.Type, shape, Bits(values)),
                _ => throw new ArgumentException(
                    $"random inputs: expected numbers, got the input {input}; give real data", nameof(input)),
            };
        }
        catch (OverflowException e)
        {
            throw new ArgumentException(
                $"random inputs: expected values that {input} can hold: {e.Message}", nameof(values), e);
        }
    }

    private static TensorValue As<T>(double[] values, long[] shape, Converter<double, T> convert)
        where T : unmanaged => TensorValue.Of(Array.ConvertAll(values, convert), shape);

    // The upper half of the float32: cut, not rounded.
    private static byte[] Bits(double[] values) =>
        [
        .. values.Select(static v => (ushort)(BitConverter.SingleToUInt32Bits((float)v) >> 16))
            .SelectMany(BitConverter.GetBytes),
    ];
}
