using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace MaaS.Tabular.Features;

/// <summary>MurmurHash3, 32 bits, of a text's UTF-8 bytes.</summary>
/// <remarks>Austin Appleby's MurmurHash3_x86_32, in the public domain; scikit-learn and ONNX Runtime hash with it as
/// well.</remarks>
internal static class MurmurHash3
{
    private const uint First = 0xcc9e2d51, Second = 0x1b873593;

    public static int Hash(string text, uint seed = 0)
    {
        var bytes = Encoding.UTF8.GetBytes(text).AsSpan();
        var hash = seed;
        var rest = bytes;
        for (; rest.Length >= 4; rest = rest[4..])
        {
            hash ^= Mix(BinaryPrimitives.ReadUInt32LittleEndian(rest));
            hash = BitOperations.RotateLeft(hash, 13) * 5 + 0xe6546b64;
        }

        uint tail = 0;
        for (var i = rest.Length - 1; i >= 0; i--)
        {
            tail = (tail << 8) | rest[i];
        }

        hash ^= Mix(tail);
        hash ^= (uint)bytes.Length;
        hash = (hash ^ (hash >> 16)) * 0x85ebca6b;
        hash = (hash ^ (hash >> 13)) * 0xc2b2ae35;
        return (int)(hash ^ (hash >> 16));
    }

    private static uint Mix(uint block) => BitOperations.RotateLeft(block * First, 15) * Second;
}
