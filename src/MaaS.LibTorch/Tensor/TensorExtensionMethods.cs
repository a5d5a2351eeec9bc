namespace TorchSharp;

public static partial class TensorExtensionMethods
{
    // The value of a tensor with one element, whatever its type and device.
    public static bool ToBoolean(this torch.Tensor value) => value.ToScalar().ToBoolean();
    public static byte ToByte(this torch.Tensor value) => value.ToScalar().ToByte();
    public static sbyte ToSByte(this torch.Tensor value) => value.ToScalar().ToSByte();
    public static short ToInt16(this torch.Tensor value) => value.ToScalar().ToInt16();
    public static int ToInt32(this torch.Tensor value) => value.ToScalar().ToInt32();
    public static long ToInt64(this torch.Tensor value) => value.ToScalar().ToInt64();
    public static Half ToHalf(this torch.Tensor value) => value.ToScalar().ToHalf();
    public static BFloat16 ToBFloat16(this torch.Tensor value) => value.ToScalar().ToBFloat16();
    public static float ToSingle(this torch.Tensor value) => value.ToScalar().ToSingle();
    public static double ToDouble(this torch.Tensor value) => value.ToScalar().ToDouble();

    /// <summary>A tensor of one .NET number.</summary>
    public static torch.Tensor ToTensor<T>(this T scalar, torch.Device? device = null, bool requires_grad = false)
        where T : struct
    {
        var type = torch.ToScalarType(typeof(T));
        if (requires_grad && !torch.is_floating_point(type))
            throw new ArgumentException("Only floating point types support gradients.", nameof(requires_grad));
        using var one = torch.from_array(new[] { scalar });
        using var number = one.reshape();
        return number.to(type, device ?? torch.CPU, copy: true).requires_grad_(requires_grad);
    }

    public static torch.Tensor ToTensor<T>(
        this T[] rawArray, long[] dimensions, bool doCopy = false, bool requires_grad = false)
    {
        using var flat = torch.from_array(rawArray);
        using var shaped = flat.reshape(dimensions);
        return shaped.clone().requires_grad_(requires_grad);
    }

    public static ReadOnlySpan<int> IntShape(this torch.Tensor tensor) =>
        Array.ConvertAll(tensor.shape, size => checked((int)size));

    /// <summary>Bytes of one element.</summary>
    public static int ElementSize(this torch.ScalarType type) => type switch
    {
        torch.ScalarType.Byte or torch.ScalarType.Int8 or torch.ScalarType.Bool => 1,
        torch.ScalarType.QInt8 or torch.ScalarType.QUInt8 => 1,
        torch.ScalarType.Int16 or torch.ScalarType.Float16 or torch.ScalarType.BFloat16 => 2,
        torch.ScalarType.Int32 or torch.ScalarType.Float32 or torch.ScalarType.QInt32 => 4,
        torch.ScalarType.Int64 or torch.ScalarType.Float64 or torch.ScalarType.ComplexFloat32 => 8,
        torch.ScalarType.ComplexFloat64 => 16,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "expected an element type"),
    };

    /// <summary>The product of the sizes.</summary>
    public static long TotalSize(this IEnumerable<long> shape) =>
        shape.Aggregate(1L, (product, size) => checked(product * size));
}
