using System.Buffers;
using MaaS.Fuzzing.Engine;
using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Protocols;

namespace MaaS.Fuzzing.Harnesses;

/// <summary>Writes tensors that were read and reads them again.</summary>
internal static class TensorRoundTrip
{
    /// <summary>Fails unless two tensors are the same, bit by bit.</summary>
    public static void Same(TensorValue expected, TensorValue got)
    {
        FuzzFaultException.Unless(
            expected.Type == got.Type && expected.Shape.SequenceEqual(got.Shape), $"expected {expected}, got {got}");
        FuzzFaultException.Unless(
            expected.Type == ElementType.String
                ? expected.Strings.SequenceEqual(got.Strings) : expected.Data.Span.SequenceEqual(got.Data.Span),
            $"{expected}: expected the same elements");
    }

    /// <summary>Through the bytes that binary tensors travel in.</summary>
    public static void Binary(TensorValue tensor)
    {
        var bytes = new ArrayBufferWriter<byte>();
        BinaryTensor.Write(bytes, tensor);
        FuzzFaultException.Unless(
            bytes.WrittenCount == BinaryTensor.Size(tensor),
            $"{tensor}: expected {BinaryTensor.Size(tensor)} bytes, got {bytes.WrittenCount}");
        using var again = BinaryTensor.Read("x", tensor.Type, tensor.Shape, bytes.WrittenMemory);
        Same(tensor, again);
    }

    /// <summary>Every tensor of a request that is whole.</summary>
    public static void Binary(RequestTensors tensors)
    {
        tensors.Finish();
        foreach (var tensor in tensors.Values.Span)
        {
            Binary(tensor);
        }
    }
}
