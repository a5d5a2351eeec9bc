using System.Runtime.InteropServices;

namespace MaaS.Training.Tracing.LibTorch;

/// <summary><c>std::shared_ptr</c>. One without a control block owns nothing.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CppSharedPointer
{
    public nint Target;
    public nint Control;
}

/// <summary><c>c10::IValue</c>.</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal unsafe struct CppValue
{
    public const uint TensorTag = 1;

    public nint Payload;
    public uint Tag;

    /// <summary>A tensor's value, valid as long as the tensor lives.</summary>
    /// <param name="tensor">TorchSharp's handle: an <c>at::Tensor*</c>, which is one pointer.</param>
    public static CppValue Borrow(nint tensor) => new() { Payload = *(nint*)tensor, Tag = TensorTag };
}

/// <summary><c>std::optional&lt;c10::IValue&gt;</c>.</summary>
[StructLayout(LayoutKind.Sequential, Size = 24)]
internal struct CppOptionalValue
{
    public CppValue Value;
    public byte HasValue;
}

/// <summary><c>std::vector</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CppVector
{
    public nint Begin;
    public nint End;
    public nint Capacity;
}
