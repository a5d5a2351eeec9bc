using System.Runtime.InteropServices;
using Google.Protobuf;
using MaaS.Serving.Grpc.Schema;

namespace MaaS.Client.Grpc;

/// <summary>Tensors in messages: raw bytes, which are not copied; typed contents of servers that answer so are read
/// too.</summary>
internal static class GrpcTensors
{
    public static ModelInferRequest Encode(InferRequest request)
    {
        var message = new ModelInferRequest
        {
            ModelName = request.Model,
            ModelVersion = request.Version ?? "",
            Id = request.Id ?? "",
        };
        foreach (var input in request.Inputs)
        {
            message.Inputs.Add(
                new ModelInferRequest.Types.InferInputTensor
                {
                    Name = input.Name,
                    Datatype = input.Datatype,
                    Shape = { input.Shape },
                });
            message.RawInputContents.Add(UnsafeByteOperations.UnsafeWrap(input.Data));
        }

        foreach (var output in request.Outputs ?? [])
        {
            var wanted = new ModelInferRequest.Types.InferRequestedOutputTensor { Name = output.Name };
            if (output.Classes > 0)
            {
                wanted.Parameters.Add("classification", new InferParameter { Int64Param = output.Classes });
            }

            message.Outputs.Add(wanted);
        }

        if (request.Priority is { } priority)
        {
            message.Parameters.Add("priority", new InferParameter { Int64Param = priority });
        }

        if (request.Timeout is { } timeout)
        {
            message.Parameters.Add(
                "timeout", new InferParameter { Int64Param = (long)Math.Ceiling(timeout.TotalMicroseconds) });
        }

        return message;
    }

    /// <exception cref="FormatException">Contents are missing, or no tensor of their shape.</exception>
    public static InferResponse Decode(ModelInferResponse message)
    {
        var raw = message.RawOutputContents;
        if (raw.Count > 0 && raw.Count != message.Outputs.Count)
        {
            throw new FormatException(
                $"expected the bytes of {message.Outputs.Count} outputs, got those of {raw.Count}");
        }

        return new InferResponse(
            message.ModelName,
            message.ModelVersion is { Length: > 0 } version ? version : null,
            message.Id is { Length: > 0 } id ? id : null,
            [.. message.Outputs.Select(
                (o, i) => Tensor.FromWire(
                    o.Name, o.Datatype, [.. o.Shape], raw.Count > 0 ? raw[i].Memory : Contents(o)))]);
    }

    private static ReadOnlyMemory<byte> Contents(ModelInferResponse.Types.InferOutputTensor output)
    {
        var contents = output.Contents ?? new InferTensorContents();
        return output.Datatype switch
        {
            Datatypes.Bytes => BytesElements.Write([.. contents.BytesContents.Select(static b => b.Memory)]),
            "BOOL" => AsBytes(contents.BoolContents),
            "INT8" => AsBytes(contents.IntContents.Select(static v => checked((sbyte)v))),
            "INT16" => AsBytes(contents.IntContents.Select(static v => checked((short)v))),
            "INT32" => AsBytes(contents.IntContents),
            "INT64" => AsBytes(contents.Int64Contents),
            "UINT8" => AsBytes(contents.UintContents.Select(static v => checked((byte)v))),
            "UINT16" => AsBytes(contents.UintContents.Select(static v => checked((ushort)v))),
            "UINT32" => AsBytes(contents.UintContents),
            "UINT64" => AsBytes(contents.Uint64Contents),
            "FP32" => AsBytes(contents.Fp32Contents),
            "FP64" => AsBytes(contents.Fp64Contents),
            _ => throw new FormatException(
                $"expected raw contents of the {output.Datatype} output '{output.Name}', got none"),
        };
    }

    private static ReadOnlyMemory<byte> AsBytes<T>(IEnumerable<T> values)
        where T : unmanaged
        => MemoryMarshal.AsBytes<T>(values.ToArray()).ToArray();
}
