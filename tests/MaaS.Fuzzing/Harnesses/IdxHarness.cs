using System.IO.Compression;
using MaaS.Fuzzing.Engine;
using MaaS.Training.Data;

namespace MaaS.Fuzzing.Harnesses;

/// <summary>MNIST's files, plain and packed.</summary>
internal sealed class IdxHarness : IFuzzHarness
{
    public string Name => "idx";

    public IReadOnlyList<string> Words { get; } = ["\0\0\x08\x01", "\0\0\x08\x03", "\0\0\0\x01", "\x1f\x8b\x08"];

    public IReadOnlyList<byte[]> Seeds()
    {
        byte[] plain = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6];
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(plain);
        }

        return [plain, [0, 0, 8, 1, 0, 0, 0, 2, 7, 8], packed.ToArray()];
    }

    public bool IsDocumented(Exception exception) => exception is InvalidDataException;

    public void Run(byte[] input)
    {
        var array = IdxFile.Read(TemporaryPath.Write("a.idx", input));
        var path = TemporaryPath.Of("b.idx");
        IdxFile.Write(path, array);
        var again = IdxFile.Read(path);
        FuzzFaultException.Unless(
            array.Dimensions.SequenceEqual(again.Dimensions) && array.Data.AsSpan().SequenceEqual(again.Data),
            "expected the same array");
    }
}
