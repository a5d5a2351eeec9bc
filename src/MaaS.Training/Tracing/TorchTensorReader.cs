using Google.Protobuf;
using MaaS.Onnx;
using MaaS.Onnx.Schema;
using TorchSharp;
using static MaaS.Onnx.Schema.TensorProto.Types;
using static TorchSharp.torch;

namespace MaaS.Training.Tracing;

/// <summary>Copies torch tensors into ONNX tensors, whatever their element type and device.</summary>
internal static class TorchTensorReader
{
    /// <summary>The ONNX element type of a torch type.</summary>
    /// <exception cref="NotSupportedException">ONNX has no such type (quantized, complex half).</exception>
    public static DataType ElementType(ScalarType type) => type switch
    {
        ScalarType.Byte => DataType.Uint8,
        ScalarType.Int8 => DataType.Int8,
        ScalarType.Int16 => DataType.Int16,
        ScalarType.Int32 => DataType.Int32,
        ScalarType.Int64 => DataType.Int64,
        ScalarType.Float16 => DataType.Float16,
        ScalarType.Float32 => DataType.Float,
        ScalarType.Float64 => DataType.Double,
        ScalarType.ComplexFloat32 => DataType.Complex64,
        ScalarType.ComplexFloat64 => DataType.Complex128,
        ScalarType.Bool => DataType.Bool,
        ScalarType.BFloat16 => DataType.Bfloat16,
        _ => throw new NotSupportedException($"tracing: torch's type {type} has no ONNX element type"),
    };

    /// <summary>A copy.</summary>
    /// <param name="tensor">Dense, on any device that holds values.</param>
    /// <param name="name">The name of the copy.</param>
    /// <exception cref="NotSupportedException">The tensor is sparse or on the device meta, its type is none of ONNX, or
    /// it takes more than 2 GB.</exception>
    public static TensorProto Read(Tensor tensor, string name)
    {
        using var scope = NewDisposeScope();
        if (tensor.is_sparse || tensor.device_type == DeviceType.META)
        {
            throw new NotSupportedException(
                $"tracing: expected a dense tensor with values, got "
                    + $"{(tensor.is_sparse ? "a sparse one" : "one on the device meta")} of shape "
                + $"[{string.Join(',', tensor.shape)}]");
        }

        var type = ElementType(tensor.dtype);
        // A conjugated view keeps the elements of its source.
        var values =
            (tensor.is_complex() ? tensor.detach().resolve_conj() : tensor.detach().resolve_neg()).cpu().contiguous();
        long bytes = checked(values.numel() * values.ElementSize);
        if (bytes > int.MaxValue)
        {
            throw new NotSupportedException(
                $"tracing: tensor '{name}' takes {bytes} bytes; one ONNX tensor holds at most 2 GB");
        }

        return OnnxTensor.FromBytes(name, type, values.shape, ByteString.CopyFrom(values.bytes));
    }
}
