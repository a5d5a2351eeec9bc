using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MaaS.Onnx.Inference;

namespace MaaS.Serving.Execution.Caching;

/// <summary>SHA-256 of all that decides a model's answer: types, shapes and elements of its inputs, and the outputs
/// wanted.</summary>
/// <remarks>A cryptographic hash: with a lesser one, a client could make another client's request meet the wrong
/// answer.</remarks>
internal readonly record struct RequestHash(UInt128 High, UInt128 Low)
{
    public static RequestHash Of(InferenceRequest request)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var input in request.Inputs.Span)
        {
            Append(hash, (long)input.Type);
            Append(hash, input.Shape.Length);
            hash.AppendData(MemoryMarshal.AsBytes(input.Shape));
            if (input.Type != ElementType.String)
            {
                hash.AppendData(input.Data.Span);
                continue;
            }

            foreach (var text in input.Strings)
            {
                Append(hash, text);
            }
        }

        foreach (var name in request.Outputs ?? [])
        {
            Append(hash, name);
        }

        Span<byte> sum = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(sum);
        return new RequestHash(
            BinaryPrimitives.ReadUInt128BigEndian(sum), BinaryPrimitives.ReadUInt128BigEndian(sum[16..]));
    }

    private static void Append(IncrementalHash hash, long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        hash.AppendData(bytes);
    }

    private static void Append(IncrementalHash hash, string text)
    {
        var bytes = ByteText.Encode(text); // Other bytes have another hash, whether they are text or not.
        Append(hash, bytes.Length);
        hash.AppendData(bytes);
    }
}
