using System.Buffers.Binary;
using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using MaaS.Onnx.Schema;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx;

/// <summary>Reads a model and passes its large weights over, so that a check of the graph takes no memory for them. A
/// tensor that was passed over counts as external data, whose <c>length</c> says how many bytes there were.</summary>
internal static class WeightlessModel
{
    // Shapes and other constants that a graph computes with are smaller.
    private const int LargestKept = 1024;

    // The parser of messages has the same limit.
    private const int DeepestNesting = 100;

    /// <summary>Reads a model.</summary>
    /// <param name="input">A whole model; can seek.</param>
    /// <exception cref="InvalidProtocolBufferException">The kept bytes are no message.</exception>
    /// <exception cref="InvalidDataException">The bytes are no message, or cut short.</exception>
    public static ModelProto Read(Stream input)
        => ModelProto.Parser.ParseFrom(Copy(input, input.Length, ModelProto.Descriptor, depth: 0));

    private static byte[] Copy(Stream input, long end, MessageDescriptor message, int depth)
    {
        if (depth > DeepestNesting)
        {
            throw new InvalidDataException($"expected messages nested at most {DeepestNesting} deep, got more");
        }

        using var kept = new MemoryStream();
        using var output = new CodedOutputStream(kept);
        while (input.Position < end)
        {
            ulong tag = Varint(input);
            var type = (WireFormat.WireType)(tag & 7);
            if (tag > uint.MaxValue || tag >> 3 == 0)
            {
                throw new InvalidDataException($"expected the tag of a field, got {tag}");
            }

            if (type == WireFormat.WireType.LengthDelimited)
            {
                CopyPart(input, end, (uint)tag, message, output, depth);
                continue;
            }

            output.WriteTag((uint)tag);
            CopyNumber(input, type, output);
        }

        output.Flush();
        return kept.ToArray();
    }

    private static void CopyPart(
        Stream input, long end, uint tag, MessageDescriptor message, CodedOutputStream output, int depth)
    {
        ulong length = Varint(input);
        if (length > (ulong)Math.Max(0, end - input.Position))
        {
            throw new InvalidDataException($"expected {length} more bytes, got {end - input.Position}");
        }

        int number = WireFormat.GetTagFieldNumber(tag);
        if (message == TensorProto.Descriptor && number == TensorProto.RawDataFieldNumber && length > LargestKept)
        {
            input.Seek((long)length, SeekOrigin.Current);
            PassOver(output, length);
            return;
        }

        output.WriteTag(tag);
        output.WriteBytes(UnsafeByteOperations.UnsafeWrap(
            message.FindFieldByNumber(number) is { FieldType: FieldType.Message } field
                ? Copy(input, input.Position + (long)length, field.MessageType, depth + 1)
                : Bytes(input, (int)length)));
    }

    private static void PassOver(CodedOutputStream output, ulong length)
    {
        new TensorProto
        {
            DataLocation = DataLocation.External,
            ExternalData =
            {
                new StringStringEntryProto { Key = "length", Value = length.ToString(CultureInfo.InvariantCulture) },
            },
        }.WriteTo(output);
    }

    private static void CopyNumber(Stream input, WireFormat.WireType type, CodedOutputStream output)
    {
        switch (type)
        {
            case WireFormat.WireType.Varint:
                output.WriteUInt64(Varint(input));
                break;
            case WireFormat.WireType.Fixed32:
                output.WriteFixed32(BinaryPrimitives.ReadUInt32LittleEndian(Bytes(input, sizeof(uint))));
                break;
            case WireFormat.WireType.Fixed64:
                output.WriteFixed64(BinaryPrimitives.ReadUInt64LittleEndian(Bytes(input, sizeof(ulong))));
                break;
            default:
                throw new InvalidDataException($"expected a number or bytes, got the wire type {type}");
        }
    }

    private static byte[] Bytes(Stream input, int count)
    {
        byte[] bytes = new byte[count];
        return input.ReadAtLeast(bytes, count, throwOnEndOfStream: false) == count
            ? bytes : throw new InvalidDataException($"expected {count} more bytes, the file ends before");
    }

    private static ulong Varint(Stream input)
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            int next = input.ReadByte();
            if (next < 0)
            {
                throw new InvalidDataException("expected a number, the file ends within it");
            }

            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException("expected a number of at most 10 bytes, got a longer one");
    }
}
