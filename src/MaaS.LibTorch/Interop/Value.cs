using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

/// <summary>How the native library reads a <see cref="Value"/>; mirrors <c>maas::Tag</c>.</summary>
internal enum Tag
{
    None = 0,
    Tensor = 1,
    Int = 2,
    Double = 3,
    Bool = 4,
    String = 5,
    IntList = 6,
    DoubleList = 7,
    BoolList = 8,
    TensorList = 9,
    OptionalTensorList = 10,
    Device = 11,
    Generator = 12,
    ScalarList = 13,
}

/// <summary>One argument or result of an operator at the native edge; mirrors <c>maas::Value</c>.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct Value
{
    [FieldOffset(0)] public Tag Tag;
    [FieldOffset(4)] public int Size;
    [FieldOffset(8)] public long Integer;
    [FieldOffset(8)] public double Real;
    [FieldOffset(8)] public nint Pointer;
}

/// <summary>A tensor's metadata; mirrors <c>maas::TensorInfo</c>. The pointers belong to the tensor.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TensorInfo
{
    public int DType;
    public int DeviceType;
    public int DeviceIndex;
    public int Dimensions;
    public long Elements;
    public long* Sizes;
    public long* Strides;
    public void* Data;
    public long ElementSize;
    public byte RequiresGrad;
    public byte IsLeaf;
    public byte IsSparse;
    public byte IsContiguous;
    public long StorageOffset;
}
