using Google.Protobuf;
using MaaS.Core.Onnx;
using MaaS.Core.Onnx.Schema;
using MaaS.Training.Interop;
using static MaaS.Core.Onnx.Schema.TensorProto.Types;
using static TorchSharp.torch;

namespace MaaS.Training.Export.Tracing;

/// <summary>Copies torch tensors into ONNX tensors, whatever their element type.</summary>
internal static unsafe class TorchTensorReader
{
    /// <summary>The ONNX element type of a c10::ScalarType number.</summary>
    /// <exception cref="NotSupportedException">ONNX has no such type (quantized, complex half).</exception>
    public static DataType ElementType(int scalarType) => scalarType switch
    {
        0 => DataType.Uint8,
        1 => DataType.Int8,
        2 => DataType.Int16,
        3 => DataType.Int32,
        4 => DataType.Int64,
        5 => DataType.Float16,
        6 => DataType.Float,
        7 => DataType.Double,
        9 => DataType.Complex64,
        10 => DataType.Complex128,
        11 => DataType.Bool,
        15 => DataType.Bfloat16,
        _ => throw new NotSupportedException($"export: torch's scalar type {scalarType} has no ONNX element type"),
    };

    /// <summary>A copy of a tensor on any device.</summary>
    public static TensorProto Read(Tensor tensor, string name)
    {
        using var cpu = tensor.detach().cpu();
        using var contiguous = cpu.contiguous();
        return Read(contiguous.Handle, name);
    }

    /// <summary>A copy of a contiguous tensor on the CPU.</summary>
    public static TensorProto Read(IntPtr handle, string name)
    {
        NativeTracer.TensorInfo info;
        if (NativeTracer.Info(handle, &info) < 0)
            throw new OnnxExportException($"export: cannot read tensor '{name}': {NativeTracer.LastError()}");
        long bytes = checked(info.Elements * info.ElementSize);
        if (bytes > int.MaxValue)
            throw new NotSupportedException($"export: tensor '{name}' takes {bytes} bytes; one ONNX tensor holds at most 2 GB");
        var data = ByteString.CopyFrom(new ReadOnlySpan<byte>(info.Data, (int)bytes));
        return OnnxTensor.FromBytes(
            name, ElementType(info.DType), new ReadOnlySpan<long>(info.Sizes, info.Dimensions), data);
    }
}
