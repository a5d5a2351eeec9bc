using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using static TorchSharp.torch;

namespace MaaS.Training.Interop;

/// <summary>Between torch's tensors and the tensors that files and ONNX Runtime hold.</summary>
internal static class TensorValues
{
    private static readonly (ScalarType Torch, ElementType Core)[] Types =
    [
        (ScalarType.Bool, ElementType.Bool), (ScalarType.Byte, ElementType.UInt8), (ScalarType.Int8, ElementType.Int8),
        (ScalarType.Int16, ElementType.Int16), (ScalarType.Int32, ElementType.Int32),
        (ScalarType.Int64, ElementType.Int64),
        (ScalarType.Float16, ElementType.Float16), (ScalarType.BFloat16, ElementType.BFloat16),
        (ScalarType.Float32, ElementType.Float32), (ScalarType.Float64, ElementType.Float64),
    ];

    /// <summary>A copy in memory of .NET's own.</summary>
    /// <exception cref="NotSupportedException">The tensor's type is none of a file's.</exception>
    public static TensorValue Of(Tensor tensor)
    {
        var type = TypeOf(tensor);
        using var scope = NewDisposeScope();
        return new TensorValue(type, tensor.shape, tensor.detach().cpu().contiguous().bytes.ToArray());
    }

    /// <summary>A tensor for a file, copied to the CPU only when its turn comes.</summary>
    /// <param name="name">Its name in the file.</param>
    /// <param name="tensor">On any device; must live until the file is written.</param>
    /// <exception cref="NotSupportedException">The tensor's type is none of a file's.</exception>
    public static SafeTensorsSource Source(string name, Tensor tensor)
        => new(name, TypeOf(tensor), tensor.shape, stream =>
    {
        using var scope = NewDisposeScope();
        stream.Write(tensor.detach().cpu().contiguous().bytes);
    });

    /// <summary>The type of a tensor's elements.</summary>
    /// <exception cref="NotSupportedException">It is none of a file's.</exception>
    public static ElementType TypeOf(Tensor tensor)
    {
        var row = Array.FindIndex(Types, t => t.Torch == tensor.dtype);
        return row >= 0 ? Types[row].Core
            : throw new NotSupportedException($"Tensor: expected a real, integer or bool type, got {tensor.dtype}.");
    }

    /// <summary>Whether torch has the type.</summary>
    public static bool HasTorchType(ElementType type) => Array.Exists(Types, t => t.Core == type);

    /// <summary>A copy on the CPU that the caller owns.</summary>
    /// <exception cref="NotSupportedException">Torch has no such type.</exception>
    public static Tensor ToTensor(TensorValue value)
    {
        var row = Array.FindIndex(Types, t => t.Core == value.Type);
        if (row < 0)
        {
            throw new NotSupportedException($"Tensor: expected a type that torch has, got {value.Type}.");
        }

        var tensor = empty(value.Shape.ToArray(), Types[row].Torch);
        value.Data.Span.CopyTo(tensor.bytes);
        return tensor;
    }
}
