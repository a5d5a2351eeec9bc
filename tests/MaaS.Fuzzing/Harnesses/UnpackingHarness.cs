using System.IO.Compression;
using MaaS.Fuzzing.Engine;
using MaaS.Serving.Faults;
using MaaS.Serving.Http.Unpacking;
using Microsoft.AspNetCore.Http;

namespace MaaS.Fuzzing.Harnesses;

/// <summary>
/// Packed bodies; the first byte chooses the coding. .NET's own streams are the oracle of what was accepted: the same
/// bytes, and packed again they come back.
/// </summary>
internal sealed class UnpackingHarness : IFuzzHarness
{
    // What a body may unpack to; endpoints stop reading at their limit as well.
    private const int Limit = 1 << 20;

    private static readonly string[] Codings = ["gzip", "deflate", "br"];

    public string Name => "unpacking";

    public IReadOnlyList<string> Words { get; } = [
        "\x1f\x8b\x08", "\x78\x9c", "\0\0\xff\xff", "\x1f\x8b\x08\0\0\0\0\0\0\x03",
    ];

    public IReadOnlyList<byte[]> Seeds()
    {
        var text = "{\"inputs\":[[1,2,3,4],[1,2,3,4]]}"u8.ToArray();
        var noise = new byte[700];
        new Random(1).NextBytes(noise);
        return [.. from data in new[] { text, noise, [] } from coding in new byte[] { 0, 1, 2 } select (byte[])[
            coding, .. Pack(data, coding),
        ],
            [0, .. Pack(text, 0), .. Pack(text, 0)]];
    }

    public bool IsDocumented(Exception exception) => ServedInputs.IsRefusal(exception);

    public void Run(byte[] input)
    {
        if (input.Length == 0)
        {
            return;
        }

        var coding = input[0] % Codings.Length;
        var context = new DefaultHttpContext();
        context.Request.Headers.ContentEncoding = Codings[coding];
        context.Request.Body = new MemoryStream(input, 1, input.Length - 1);
        RequestUnpacking.Apply(context);
        var unpacked = Read(context.Request.Body);
        using var oracle = Open(new MemoryStream(input, 1, input.Length - 1), coding);
        using var expected = new MemoryStream();
        oracle.CopyTo(expected);
        FuzzFaultException.Unless(
            unpacked.AsSpan().SequenceEqual(expected.ToArray()),
            $"{Codings[coding]}: expected {expected.Length} bytes as .NET unpacks them, got {unpacked.Length}");
    }

    private static byte[] Read(Stream body)
    {
        using var whole = new MemoryStream();
        var block = new byte[1 << 12];
        while (body.ReadAsync(block).AsTask().GetAwaiter().GetResult() is var read && read > 0)
        {
            whole.Write(block, 0, read);
            if (whole.Length > Limit)
            {
                throw RequestException.TooLarge(Limit);
            }
        }

        return whole.ToArray();
    }

    private static byte[] Pack(byte[] data, int coding)
    {
        using var packed = new MemoryStream();
        using (Stream stream = coding switch
        {
            0 => new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true),
            1 => new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true),
            _ => new BrotliStream(packed, CompressionLevel.Optimal, leaveOpen: true),
        })
        {
            stream.Write(data);
        }

        return packed.ToArray();
    }

    private static Stream Open(Stream packed, int coding) => coding switch
    {
        0 => new GZipStream(packed, CompressionMode.Decompress),
        1 => new ZLibStream(packed, CompressionMode.Decompress),
        _ => new BrotliStream(packed, CompressionMode.Decompress),
    };
}
