using TorchSharp.Interop;

namespace TorchSharp;

/// <summary>A number whose type is known at run time, as libtorch takes it: an integer, a real or a Boolean.</summary>
public sealed class Scalar : IDisposable
{
    private Scalar(Tag tag, long bits, torch.ScalarType type) => (Tag, Bits, Type) = (tag, bits, type);

    internal Tag Tag { get; }

    /// <summary>The integer, 0 or 1, or the bits of the double.</summary>
    internal long Bits { get; }

    public torch.ScalarType Type { get; }

    internal double AsDouble => Tag == Tag.Double ? BitConverter.Int64BitsToDouble(Bits) : Bits;

    internal long AsLong => Tag == Tag.Double ? checked((long)BitConverter.Int64BitsToDouble(Bits)) : Bits;

    internal static Scalar Integer(long value, torch.ScalarType type = torch.ScalarType.Int64) =>
        new(Tag.Int, value, type);

    internal static Scalar Real(double value, torch.ScalarType type = torch.ScalarType.Float64) =>
        new(Tag.Double, BitConverter.DoubleToInt64Bits(value), type);

    internal static Scalar Boolean(bool value) => new(Tag.Bool, value ? 1 : 0, torch.ScalarType.Bool);

    public static implicit operator Scalar(byte value) => value.ToScalar();
    public static implicit operator Scalar(sbyte value) => value.ToScalar();
    public static implicit operator Scalar(short value) => value.ToScalar();
    public static implicit operator Scalar(int value) => value.ToScalar();
    public static implicit operator Scalar(long value) => value.ToScalar();
    public static implicit operator Scalar(Half value) => value.ToScalar();
    public static implicit operator Scalar(BFloat16 value) => value.ToScalar();
    public static implicit operator Scalar(float value) => value.ToScalar();
    public static implicit operator Scalar(double value) => value.ToScalar();
    public static implicit operator Scalar(bool value) => value.ToScalar();

    /// <summary>Does nothing: a scalar holds no native memory here.</summary>
    public void Dispose()
    {
    }
}

public static class ScalarExtensionMethods
{
    public static Scalar ToScalar(this byte value) => Scalar.Integer(value);
    public static Scalar ToScalar(this sbyte value) => Scalar.Integer(value);
    public static Scalar ToScalar(this short value) => Scalar.Integer(value);
    public static Scalar ToScalar(this int value) => Scalar.Integer(value);
    public static Scalar ToScalar(this long value) => Scalar.Integer(value);
    public static Scalar ToScalar(this float value) => Scalar.Real(value);
    public static Scalar ToScalar(this double value) => Scalar.Real(value);
    public static Scalar ToScalar(this bool value) => Scalar.Boolean(value);
    public static Scalar ToScalar(this Half value) => Scalar.Real((double)value);
    public static Scalar ToScalar(this BFloat16 value) => Scalar.Real(value.ToSingle());
    public static Scalar ToBFloat16Scalar(this float value) => new BFloat16(value).ToScalar();

    public static Half ToHalf(this Scalar value) => (Half)value.AsDouble;
    public static BFloat16 ToBFloat16(this Scalar value) => new((float)value.AsDouble);
    public static float ToSingle(this Scalar value) => (float)value.AsDouble;
    public static double ToDouble(this Scalar value) => value.AsDouble;
    public static sbyte ToSByte(this Scalar value) => checked((sbyte)value.AsLong);
    public static byte ToByte(this Scalar value) => checked((byte)value.AsLong);
    public static short ToInt16(this Scalar value) => checked((short)value.AsLong);
    public static int ToInt32(this Scalar value) => checked((int)value.AsLong);
    public static long ToInt64(this Scalar value) => value.AsLong;
    public static bool ToBoolean(this Scalar value) => value.AsDouble != 0;
}
