using Google.Protobuf;
using Grpc.Core;

namespace MaaS.Serving.Grpc;

/// <summary>Reads messages from the connection's buffers and writes them there: nothing lies in between.</summary>
internal static class GrpcMarshaller<T>
    where T : class, IMessage<T>, new()
{
    private static readonly MessageParser<T> Parser = new(static () => new T());

    /// <summary>For requests and responses.</summary>
    public static Marshaller<T> Instance { get; } = new(Write, Read);

    private static void Write(T message, SerializationContext context)
    {
        context.SetPayloadLength(message.CalculateSize());
        message.WriteTo(context.GetBufferWriter());
        context.Complete();
    }

    private static T Read(DeserializationContext context)
    {
        try
        {
            return Parser.ParseFrom(context.PayloadAsReadOnlySequence());
        }
        catch (Exception e) when (
            e is InvalidProtocolBufferException or InvalidOperationException or IndexOutOfRangeException)
        {
            // The parser throws the latter where a wrapped number, such as a version, is cut off.
            throw new RpcException(new Status(StatusCode.Internal, $"expected a {typeof(T).Name}, got other bytes", e));
        }
    }
}
