namespace TorchSharp.Interop;

/// <summary>
/// One argument of an operator. The implicit conversions let a call read like its schema:
/// <c>Call("add.Tensor", left, right, alpha)</c>. <c>default</c> is none.
/// </summary>
internal readonly struct Arg
{
    /// <summary>What the argument refers to; kept alive until the call has returned.</summary>
    public readonly object? Reference;

    /// <summary>The number itself, a double as its bits.</summary>
    public readonly long Bits;

    public readonly Tag Tag;

    public static Arg None => default;

    private Arg(Tag tag, object? reference, long bits = 0)
    {
        Tag = reference is null && tag is not (Tag.Int or Tag.Double or Tag.Bool or Tag.Device) ? Tag.None : tag;
        Reference = reference;
        Bits = bits;
    }

    public static implicit operator Arg(torch.Tensor? tensor) => new(Tag.Tensor, tensor);
    public static implicit operator Arg(torch.Tensor[]? tensors) => new(Tag.TensorList, tensors);
    public static implicit operator Arg(torch.Generator? generator) => new(Tag.Generator, generator);
    public static implicit operator Arg(long value) => new(Tag.Int, null, value);
    public static implicit operator Arg(long? value) => value is { } v ? v : None;
    public static implicit operator Arg(double value) => new(Tag.Double, null, BitConverter.DoubleToInt64Bits(value));
    public static implicit operator Arg(double? value) => value is { } v ? v : None;
    public static implicit operator Arg(bool value) => new(Tag.Bool, null, value ? 1 : 0);
    public static implicit operator Arg(bool? value) => value is { } v ? v : None;
    public static implicit operator Arg(string? text) => new(Tag.String, text);
    public static implicit operator Arg(long[]? values) => new(Tag.IntList, values);
    public static implicit operator Arg(double[]? values) => new(Tag.DoubleList, values);
    public static implicit operator Arg(bool[]? values) => new(Tag.BoolList, values);
    public static implicit operator Arg(Scalar? scalar) =>
        scalar is null ? None : new(scalar.Tag, null, scalar.Bits);
    public static implicit operator Arg(Scalar[]? scalars) => new(Tag.ScalarList, scalars);
    public static implicit operator Arg(torch.ScalarType type) => new(Tag.Int, null, (int)type);
    public static implicit operator Arg(torch.ScalarType? type) => type is { } t ? t : None;
    public static implicit operator Arg(torch.Device? device) =>
        device is null ? None : new(Tag.Device, null, ((long)device.type << 32) | (uint)device.index);

    /// <summary>A list whose elements may be null (the indices of <c>aten::index</c>).</summary>
    public static Arg Optional(torch.Tensor?[] tensors) => new(Tag.OptionalTensorList, tensors);

    /// <summary>How many 8-byte words the argument needs beside its <see cref="Value"/>.</summary>
    public int Words => Tag switch
    {
        Tag.ScalarList => 2 * ((Scalar[])Reference!).Length,
        Tag.String => (3 * ((string)Reference!).Length + 7) / 8,
        >= Tag.IntList and <= Tag.OptionalTensorList => ((Array)Reference!).Length,
        _ => 0,
    };
}
