using System.Buffers.Binary;
using Google.Protobuf;

namespace MaaS.Benchmarks.Serving;

/// <summary>A framed <c>ModelInferRequest</c> of the Open Inference Protocol with one float32 input of (1, 1, 28, 28) as raw
/// bytes, which stand at its end.</summary>
internal static class GrpcRequest
{
    /// <summary>Compressed flag and length before each message of gRPC.</summary>
    public const int FrameHeader = 5;

    public static byte[] Of(string model, string input, byte[] data)
    {
        var tensor = Message(tensor =>
        {
            Write(tensor, 1, ByteString.CopyFromUtf8(input));
            Write(tensor, 2, ByteString.CopyFromUtf8("FP32"));
            Write(tensor, 3, ByteString.CopyFrom(1, 1, 28, 28));
        });
        return Frame(Message(request =>
        {
            Write(request, 1, ByteString.CopyFromUtf8(model));
            Write(request, 5, ByteString.CopyFrom(tensor));
            Write(request, 7, ByteString.CopyFrom(data));
        }));
    }

    /// <summary>A message with the header that gRPC puts before it.</summary>
    public static byte[] Frame(byte[] message)
    {
        byte[] frame = [.. new byte[FrameHeader], .. message];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        return frame;
    }

    /// <summary>Bytes of a message.</summary>
    public static byte[] Message(Action<CodedOutputStream> write)
    {
        using var bytes = new MemoryStream();
        using var output = new CodedOutputStream(bytes);
        write(output);
        output.Flush();
        return bytes.ToArray();
    }

    /// <summary>Writes a text, bytes, a message or packed numbers.</summary>
    public static void Write(CodedOutputStream output, int field, ByteString value)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(value);
    }
}
