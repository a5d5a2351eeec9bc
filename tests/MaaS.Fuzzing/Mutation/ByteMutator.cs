using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using MaaS.Fuzzing.Engine;

namespace MaaS.Fuzzing.Mutation;

/// <summary>Changes inputs as AFL's havoc stage does, with words of the format and fields of messages besides.</summary>
internal sealed class ByteMutator(IFuzzHarness harness, Random random)
{
    /// <summary>Bytes of the largest input of any harness.</summary>
    public const int LargestInput = 1 << 16;

    private const int MostChanges = 6;

    private static readonly long[] Numbers =
    [
        0, 1, -1, 2, 7, 8, 16, 31, 32, 64, 100, 127, 128, 255, 256, 1000, 4096, 32767, -32768, 65535, 65536, 1 << 20, int.MaxValue, int.MinValue,
        uint.MaxValue, 1L << 32, 1L << 40, long.MaxValue, long.MinValue,
    ];

    private readonly int _largest = Math.Min(LargestInput, harness.LargestInput);
    private readonly byte[][] _words = [.. harness.Words.Select(Encoding.Latin1.GetBytes)];
    private readonly MessageMutator? _messages = harness.Message is null ? null : new MessageMutator(harness.Words, random);

    /// <summary>A changed copy.</summary>
    /// <param name="parent">What to change.</param>
    /// <param name="corpus">Other inputs, of which parts are taken.</param>
    public byte[] Mutate(byte[] parent, List<byte[]> corpus)
    {
        // Three of four messages stay messages: arbitrary bytes seldom come past the parser.
        if (_messages is not null && random.Next(4) != 0 && _messages.Mutate(harness.Message!, parent) is { } message)
        {
            return message.Length <= _largest ? message : message[.._largest];
        }

        var bytes = new List<byte>(parent);
        for (var changes = random.Next(1, MostChanges); changes > 0; changes--)
        {
            Change(bytes, corpus);
        }

        if (bytes.Count > _largest)
        {
            bytes.RemoveRange(_largest, bytes.Count - _largest);
        }

        return [.. bytes];
    }

    private void Change(List<byte> bytes, List<byte[]> corpus)
    {
        var at = random.Next(bytes.Count + 1);
        var length = Math.Min(random.Next(8) == 0 ? random.Next(1, 4096) : random.Next(1, 24), bytes.Count - at);
        switch (random.Next(10))
        {
            case 0 when length > 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when length > 0:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                bytes.RemoveRange(at, length);
                break;
            case 3:
                var copy = bytes.GetRange(at, length);
                bytes.InsertRange(random.Next(bytes.Count + 1), copy);
                break;
            case 4 when _words.Length > 0:
                bytes.InsertRange(at, _words[random.Next(_words.Length)]);
                break;
            case 5 when _words.Length > 0:
                Replace(bytes, at, length, _words[random.Next(_words.Length)]);
                break;
            case 6:
                ReplaceNumber(bytes, at);
                break;
            case 7:
                Overwrite(bytes, at);
                break;
            case 8:
                var other = corpus[random.Next(corpus.Count)];
                var start = random.Next(other.Length + 1);
                Replace(bytes, at, random.Next(2) * length, other.AsSpan(start, Math.Min(other.Length - start, random.Next(256))));
                break;
            default:
                Repeat(bytes, at, Math.Min(length, 8));
                break;
        }
    }

    private static void Replace(List<byte> bytes, int at, int length, ReadOnlySpan<byte> by)
    {
        bytes.RemoveRange(at, length);
        bytes.InsertRange(at, by);
    }

    /// <summary>A decimal number in text becomes another.</summary>
    private void ReplaceNumber(List<byte> bytes, int from)
    {
        var start = bytes.FindIndex(from, b => b is >= (byte)'0' and <= (byte)'9');
        if (start >= 0)
        {
            var end = bytes.FindIndex(start, b => b is < (byte)'0' or > (byte)'9');
            var text = Numbers[random.Next(Numbers.Length)].ToString(CultureInfo.InvariantCulture);
            Replace(bytes, start, (end < 0 ? bytes.Count : end) - start, Encoding.ASCII.GetBytes(text));
        }
    }

    /// <summary>A binary number becomes another.</summary>
    private void Overwrite(List<byte> bytes, int at)
    {
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(number, Numbers[random.Next(Numbers.Length)]);
        number = number[..(1 << random.Next(4))];
        if (random.Next(2) == 0)
        {
            number.Reverse();
        }

        for (var i = 0; i < number.Length && at + i < bytes.Count; i++)
        {
            bytes[at + i] = number[i];
        }
    }

    /// <summary>Nests or lengthens: the same few bytes many times.</summary>
    private void Repeat(List<byte> bytes, int at, int length)
    {
        var part = bytes.GetRange(at, length);
        for (var times = random.Next(16) == 0 ? random.Next(2000) : random.Next(1, 40); times > 0; times--)
        {
            bytes.InsertRange(at, part);
        }
    }
}
