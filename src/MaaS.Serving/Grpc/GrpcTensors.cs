using Google.Protobuf;
using Google.Protobuf.Collections;
using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;
using MaaS.Serving.Grpc.Schema;
using MaaS.Serving.Protocols;
using MaaS.Serving.Protocols.SharedMemory;

namespace MaaS.Serving.Grpc;

/// <summary>Translates between messages and tensors.</summary>
internal static class GrpcTensors
{
    /// <summary>Reads every input of a request; raw bytes are not copied, so the request must outlive the
    /// tensors.</summary>
    /// <param name="request">The message.</param>
    /// <param name="tensors">Takes the inputs.</param>
    /// <param name="shared">Reads a part of shared memory.</param>
    /// <exception cref="RequestException">INVALID_ARGUMENT, with what was expected.</exception>
    public static void Read(ModelInferRequest request, RequestTensors tensors, Func<SharedPart, byte[]> shared)
    {
        // What lies in shared memory has no raw contents.
        var parts = request.Inputs.Select(i => GrpcSharedMemory.PartOf(i.Parameters)).ToArray();
        var expected = parts.Count(p => p is null);
        var raw = request.RawInputContents;
        if (raw.Count > 0 && raw.Count != expected)
        {
            throw RequestException.BadRequest(
                $"raw_input_contents: expected one for each of {expected} inputs, got {raw.Count}");
        }

        var next = 0;

        for (var i = 0; i < request.Inputs.Count; i++)
        {
            var input = request.Inputs[i];
            var index = tensors.IndexOf(input.Name);
            if (!ElementTypes.TryFromProtocol(input.Datatype, out var type))
            {
                throw RequestException.BadRequest(
                    $"input '{input.Name}': expected a datatype as {tensors.Specs[index].Type.ProtocolName()}, got "
                        + $"'{input.Datatype}'");
            }

            long[] shape = [.. input.Shape];
            if ((raw.Count > 0 || parts[i] is not null) && input.Contents is not null)
            {
                throw RequestException.BadRequest(
                    $"input '{input.Name}': expected either contents or "
                        + $"{(parts[i] is null ? "raw_input_contents" : "shared memory")}, got both");
            }

            tensors.Complete(index, parts[i] is { } part ? part.Read(input.Name, type, shape, shared)
                : raw.Count > 0 ? BinaryTensor.Read(input.Name, type, shape, raw[next++].Memory)
                : ReadTyped(input.Name, type, shape, input.Contents ?? new InferTensorContents()));
        }
    }

    /// <summary>The bytes of a tensor, which are not copied unless they are strings: the message must be gone before
    /// the tensor is.</summary>
    public static ByteString Raw(TensorValue tensor)
    {
        if (tensor.Type != ElementType.String)
        {
            return UnsafeByteOperations.UnsafeWrap(tensor.Data);
        }

        var bytes = new System.Buffers.ArrayBufferWriter<byte>((int)Math.Max(1, BinaryTensor.Size(tensor)));
        BinaryTensor.Write(bytes, tensor);
        return UnsafeByteOperations.UnsafeWrap(bytes.WrittenMemory);
    }

    private static TensorValue ReadTyped(string name, ElementType type, long[] shape, InferTensorContents contents)
        => type switch
        {
            ElementType.Float32 => Same(name, contents.Fp32Contents, shape),
            ElementType.Float64 => Same(name, contents.Fp64Contents, shape),
            ElementType.Int64 => Same(name, contents.Int64Contents, shape),
            ElementType.UInt64 => Same(name, contents.Uint64Contents, shape),
            ElementType.Int32 => Same(name, contents.IntContents, shape),
            ElementType.UInt32 => Same(name, contents.UintContents, shape),
            ElementType.Bool => Same(name, contents.BoolContents, shape),
            ElementType.Int16 => Narrow(name, contents.IntContents, shape, short.CreateChecked),
            ElementType.Int8 => Narrow(name, contents.IntContents, shape, sbyte.CreateChecked),
            ElementType.UInt16 => Narrow(name, contents.UintContents, shape, ushort.CreateChecked),
            ElementType.UInt8 => Narrow(name, contents.UintContents, shape, byte.CreateChecked),
            ElementType.String => Strings(name, contents.BytesContents, shape),
            _ => throw RequestException.BadRequest(
                $"input '{name}': expected raw_input_contents for {type.ProtocolName()}, which typed contents cannot "
                    + "carry"),
        };

    private static TensorValue Same<T>(string name, RepeatedField<T> contents, long[] shape)
        where T : unmanaged
    {
        ThrowIfUnfit(name, contents, shape);
        var values = new T[contents.Count];
        contents.CopyTo(values, 0);
        return TensorValue.Of(values, shape);
    }

    private static TensorValue Narrow<TFrom, TTo>(
        string name, RepeatedField<TFrom> contents, long[] shape, Func<TFrom, TTo> narrow)
        where TTo : unmanaged
    {
        ThrowIfUnfit(name, contents, shape);
        try
        {
            return TensorValue.Of([.. contents.Select(narrow)], shape);
        }
        catch (OverflowException)
        {
            throw RequestException.BadRequest(
                $"input '{name}': expected values that fit {ElementTypes.Of<TTo>().ProtocolName()}, got larger ones");
        }
    }

    private static TensorValue Strings(string name, RepeatedField<ByteString> contents, long[] shape)
    {
        ThrowIfUnfit(name, contents, shape);
        return TensorValue.OfStrings([.. contents.Select(static c => ByteText.Decode(c.Span))], shape);
    }

    private static void ThrowIfUnfit<T>(string name, RepeatedField<T> contents, long[] shape)
    {
        var count = BinaryTensor.Count(name, shape);
        if (contents.Count != count)
        {
            throw RequestException.BadRequest(
                $"input '{name}': expected {count} elements for the shape [{string.Join(',', shape)}] in the contents "
                    + $"of its datatype, got {contents.Count}");
        }
    }
}
