using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Enum = System.Enum;

namespace MaaS.Fuzzing.Mutation;

/// <summary>Changes fields of protobuf messages, so that what comes of it is a message.</summary>
internal sealed class MessageMutator(IReadOnlyList<string> words, Random random)
{
    private static readonly long[] Numbers =
        [0, 1, -1, 2, 3, 5, 7, 8, 13, 16, 100, 255, 256, 65536, int.MaxValue, int.MinValue, 1L << 32, 1L << 40, long.MaxValue, long.MinValue];

    /// <summary>A changed message; null where the bytes are none.</summary>
    public byte[]? Mutate(MessageParser parser, byte[] bytes)
    {
        IMessage message;
        try
        {
            message = parser.ParseFrom(bytes);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidOperationException or IndexOutOfRangeException)
        {
            return null;
        }

        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            Change(message);
        }

        return message.ToByteArray();
    }

    private void Change(IMessage message)
    {
        // Down to some message, the deeper ones as likely as those above.
        while (random.Next(4) != 0 && Children(message) is { Count: > 0 } children)
        {
            message = children[random.Next(children.Count)];
        }

        var field = message.Descriptor.Fields.InDeclarationOrder()[random.Next(
            message.Descriptor.Fields.InDeclarationOrder().Count)];
        if (field.IsMap)
        {
            var map = (IDictionary)field.Accessor.GetValue(message);
            map[Value(field.MessageType.FindFieldByName("key"))] = Value(field.MessageType.FindFieldByName("value"));
        }
        else if (field.IsRepeated)
        {
            ChangeList((IList)field.Accessor.GetValue(message), field);
        }
        else if (random.Next(5) == 0)
        {
            field.Accessor.Clear(message);
        }
        else
        {
            field.Accessor.SetValue(message, Value(field));
        }
    }

    private void ChangeList(IList list, FieldDescriptor field)
    {
        var at = list.Count == 0 ? 0 : random.Next(list.Count);
        switch (list.Count == 0 ? 0 : random.Next(5))
        {
            case 0:
                list.Add(Value(field));
                break;
            case 1:
                list.RemoveAt(at);
                break;
            case 2:
                list.Insert(
                    random.Next(list.Count + 1),
                    list[at] is IMessage message
                        ? message.Descriptor.Parser.ParseFrom(message.ToByteArray()) : list[at]);
                break;
            case 3:
                (list[at], list[list.Count - 1]) = (list[list.Count - 1], list[at]);
                break;
            default:
                list[at] = Value(field);
                break;
        }
    }

    private object Value(FieldDescriptor field)
    {
        var number = Numbers[random.Next(Numbers.Length)];
        return field.FieldType switch
        {
            FieldType.Message when field.MessageType.ClrType == typeof(Int64Value) => number,
            FieldType.Message => field.MessageType.Parser.ParseFrom([]),
            FieldType.Enum => Enum.ToObject(field.EnumType.ClrType, random.Next(30)),
            FieldType.String => words.Count == 0 ? "" : words[random.Next(words.Count)],
            FieldType.Bytes => Bytes(),
            FieldType.Bool => random.Next(2) == 0,
            FieldType.Float => random.Next(3) == 0 ? float.NaN : (float)number,
            FieldType.Double => random.Next(3) == 0 ? double.NegativeInfinity : (double)number,
            FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => (int)number,
            FieldType.UInt32 or FieldType.Fixed32 => (uint)number,
            FieldType.UInt64 or FieldType.Fixed64 => (ulong)number,
            _ => number,
        };
    }

    private ByteString Bytes()
    {
        var bytes = new byte[random.Next(3) * 4 * random.Next(1, 5)];
        random.NextBytes(bytes);
        return ByteString.CopyFrom(bytes);
    }

    private static List<IMessage> Children(IMessage message)
    {
        List<IMessage> children = [];
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            if (field.FieldType != FieldType.Message || field.Accessor.GetValue(message) is not { } value)
            {
                continue;
            }

            children.AddRange(value switch
            {
                IMessage one => [one],
                IDictionary map => map.Values.OfType<IMessage>(),
                IList list => list.Cast<IMessage>(),
                _ => [],
            });
        }

        return children;
    }
}
