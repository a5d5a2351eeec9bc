using System.IO.Compression;
using MaaS.Serving.Http.Unpacking;

namespace MaaS.Serving.Tests.Http.Unpacking;

/// <summary>Streams that are whole, and every way of not being it.</summary>
[TestFixtureSource(typeof(PackedBodies), nameof(PackedBodies.Codings))]
public sealed class UnpackingTests(string coding)
{
    private static readonly byte[] Text = [
        .. Enumerable.Range(0, 600).SelectMany(i => System.Text.Encoding.ASCII.GetBytes($"{i * 37 % 101},")),
    ];

    /// <summary>What zlib and brotli make of nothing; .NET's streams write no byte then.</summary>
    private byte[] Empty
        => Convert.FromHexString(
            coding switch
            {
                "gzip" => "1F8B080000000000000303000000000000000000",
                "deflate" => "789C030000000001",
                _ => "06",
            });

    private async Task<byte[]> UnpackAsync(byte[] packed, int piece)
    {
        await using Stream body = Open(new Pieces(packed, piece));
        using var unpacked = new MemoryStream();
        await body.CopyToAsync(unpacked);
        Assert.That(await body.ReadAsync(new byte[1]), Is.Zero, "the end stays the end");
        return unpacked.ToArray();
    }

    private Stream Open(Stream packed) => coding switch
    {
        "gzip" => new GzipBody(packed),
        "deflate" => new ZlibBody(packed),
        _ => new BrotliBody(packed),
    };

    [Test]
    public async Task Read_WholeStreams_GiveTheirContentHoweverTheyCome()
    {
        // Lengths around the blocks of the reader (16 KiB), of .NET's (8 KiB) and of the bytes that are fed one by one
        // (64).
        var random = new Random(1);
        var lengths = Enumerable.Range(1, 200).Concat([8_100, 8_191, 8_192, 8_193, 16_383, 16_384, 16_385, 100_000])
            .Concat(Enumerable.Range(0, 300).Select(_ => random.Next(1, 60_000)));
        foreach (var length in lengths)
        {
            var content = new byte[length];
            random.NextBytes(content);
            if (length % 2 == 0)
            {
                content.AsSpan(length / 3).Fill(7);
            }

            var packed = PackedBodies.Pack(coding, content, (CompressionLevel)(length % 4));
            foreach (var piece in new[] { int.MaxValue, 1 + random.Next(packed.Length), 777 })
            {
                Assert.That(
                    (await UnpackAsync(packed, piece)).AsSpan().SequenceEqual(content),
                    $"{length} bytes in pieces of {piece}");
            }
        }
    }

    [Test]
    public async Task Read_StreamOfNothing_IsEmpty_AndNoStreamIsNone()
    {
        Assert.That(await UnpackAsync(Empty, 1), Is.Empty);
        Assert.That(async () => await UnpackAsync([], 1), Throws.InstanceOf<InvalidDataException>());
    }

    [Test]
    public void Read_CutOffAnywhere_Throws()
    {
        var packed = PackedBodies.Pack(coding, Text);
        for (var length = 0; length < packed.Length; length++)
        {
            Assert.That(
                async () => await UnpackAsync(packed[..length], int.MaxValue),
                Throws.InstanceOf<InvalidDataException>(), $"{length} of {packed.Length}");
        }
    }

    [Test]
    public void Read_BytesBehindTheStream_Throws()
    {
        var packed = PackedBodies.Pack(coding, Text);
        foreach (var more in new[] { 1, 2, 7, 8, 9, 20, 63, 64, 65, 200, 9_000, 40_000 })
        {
            foreach (var value in new byte[] { 0, (byte)' ', 0x1F })
            {
                byte[] body = [.. packed, .. Enumerable.Repeat(value, more)];
                Assert.That(
                    async () => await UnpackAsync(body, int.MaxValue), Throws.InstanceOf<InvalidDataException>(),
                    $"{more} bytes {value}");
            }
        }
    }

    [Test]
    public async Task Read_AnyBitChanged_ThrowsOrIsOfNoConsequence()
    {
        var packed = PackedBodies.Pack(coding, Text);
        for (var bit = 0; bit < packed.Length * 8; bit++)
        {
            var changed = packed.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                var content = await UnpackAsync(changed, int.MaxValue);
                Assert.That(
                    coding == "br" || content.AsSpan().SequenceEqual(Text),
                    $"bit {bit}: another content, taken for whole");
            }
            catch (InvalidDataException)
            {
                // What it should be; brotli alone has no checksum that could tell.
            }
        }
    }

    [Test]
    public async Task Read_ByteInsertedAnywhere_IsNeverTakenForTheWhole()
    {
        var packed = PackedBodies.Pack(coding, Text);
        for (var at = coding == "gzip" ? 10 : 2; at < packed.Length; at++)
        {
            byte[] body = [.. packed[..at], 0x55, .. packed[at..]];
            if (coding == "br")
            {
                // brotli has no checksum: another content may come out, the same one may not.
                var content = Array.Empty<byte>();
                try
                {
                    content = await UnpackAsync(body, int.MaxValue);
                }
                catch (InvalidDataException)
                {
                    // What most of them give.
                }

                Assert.That(content.AsSpan().SequenceEqual(Text), Is.False, $"at {at}");
            }
            else
            {
                Assert.That(
                    async () => await UnpackAsync(body, int.MaxValue), Throws.InstanceOf<InvalidDataException>(),
                    $"at {at}");
            }
        }
    }

    [Test]
    public async Task Read_SeveralMembers_AreOneContentInGzipAlone()
    {
        foreach (var length in new[] { 1, 50, 5_000, 30_000 })
        {
            var first = new byte[length];
            new Random(length).NextBytes(first);
            byte[] body = [.. PackedBodies.Pack(coding, first), .. PackedBodies.Pack(coding, Text), .. Empty];
            if (coding == "gzip")
            {
                Assert.That(await UnpackAsync(body, 3_000), Is.EqualTo(first.Concat(Text)));
                Assert.That(
                    async () => await UnpackAsync(body[..^1], 3_000), Throws.InstanceOf<InvalidDataException>());
            }
            else
            {
                Assert.That(async () => await UnpackAsync(body, 3_000), Throws.InstanceOf<InvalidDataException>());
            }
        }
    }

    [Test]
    public async Task Read_GzipHeaderWithEveryField_IsPassedOverByGzipAlone()
    {
        var plain = PackedBodies.Pack("gzip", Text);
        byte[] header = [0x1F, 0x8B, 8, 2 | 4 | 8 | 16, 0, 0, 0, 0, 0, 3, 3, 0, 1, 2, 3, (byte)'n', 0, (byte)'c', 0];
        var checksum = System.IO.Hashing.Crc32.HashToUInt32(header);
        byte[] body = [.. header, (byte)checksum, (byte)(checksum >> 8), .. plain[10..]];

        if (coding != "gzip")
        {
            Assert.That(async () => await UnpackAsync(body, 1), Throws.InstanceOf<InvalidDataException>());
            return;
        }

        Assert.That(await UnpackAsync(body, 1), Is.EqualTo(Text));
        body[header.Length] ^= 1;
        Assert.That(
            async () => await UnpackAsync(body, 1),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("header"));
    }

    /// <summary>A body that comes in pieces.</summary>
    private sealed class Pieces(byte[] content, int piece) : ReadOnlyStream
    {
        private int _position;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = Math.Min(Math.Min(buffer.Length, piece), content.Length - _position);
            content.AsSpan(_position, count).CopyTo(buffer.Span);
            _position += count;
            return ValueTask.FromResult(count);
        }
    }
}
