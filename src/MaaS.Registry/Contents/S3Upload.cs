using Amazon.S3;
using Amazon.S3.Model;

namespace MaaS.Registry.Contents;

/// <summary>Puts a file under a key, whole or not at all: a large one in parts, side by side.</summary>
internal static class S3Upload
{
    private const int SideBySide = 4, MaxParts = 10_000;

    /// <summary>Length of a part, but for files with more than ten thousand of them.</summary>
    public const long PartBytes = 16L << 20;

    /// <summary>Sends the file.</summary>
    /// <param name="client">Of the store.</param>
    /// <param name="address">Bucket and prefix.</param>
    /// <param name="key">The object.</param>
    /// <param name="file">Path of what is sent.</param>
    /// <param name="mark">Name and value of the object's metadata.</param>
    /// <param name="cancellationToken">Leaves no object behind.</param>
    public static async Task RunAsync(
        IAmazonS3 client, S3Address address, string key, string file, (string Name, string Value) mark,
        CancellationToken cancellationToken)
    {
        var size = new FileInfo(file).Length;
        if (size > PartBytes)
        {
            await SendPartsAsync(client, address, key, file, size, mark, cancellationToken).ConfigureAwait(false);
            return;
        }

        var request = new PutObjectRequest
        {
            BucketName = address.Bucket,
            Key = key,
            FilePath = file,
            UseChunkEncoding = false,   // The signature has the hash of all that is sent.
        };
        request.Metadata[mark.Name] = mark.Value;
        await client.PutObjectAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private static async Task SendPartsAsync(
        IAmazonS3 client, S3Address address, string key, string file, long size, (string Name, string Value) mark,
        CancellationToken cancellationToken)
    {
        var begin = new InitiateMultipartUploadRequest { BucketName = address.Bucket, Key = key };
        begin.Metadata[mark.Name] = mark.Value;
        var upload = (await client.InitiateMultipartUploadAsync(begin, cancellationToken).ConfigureAwait(false))
            .UploadId;
        try
        {
            var part = Math.Max(PartBytes, (size + MaxParts - 1) / MaxParts);
            var sent = new PartETag[(size + part - 1) / part];
            await Parallel.ForEachAsync(
                Enumerable.Range(0, sent.Length),
                new ParallelOptions { MaxDegreeOfParallelism = SideBySide, CancellationToken = cancellationToken },
                async (i, token) => sent[i] = new PartETag(await client.UploadPartAsync(
                    new UploadPartRequest
                    {
                        BucketName = address.Bucket,
                        Key = key,
                        UploadId = upload,
                        PartNumber = i + 1,
                        FilePath = file,
                        FilePosition = i * part,
                        PartSize = Math.Min(part, size - (i * part)),
                        UseChunkEncoding = false,
                    },
                    token).ConfigureAwait(false))).ConfigureAwait(false);
            await client.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest
                {
                    BucketName = address.Bucket,
                    Key = key,
                    UploadId = upload,
                    PartETags = [.. sent],
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await TryAbortAsync(client, address, key, upload).ConfigureAwait(false);
            throw;
        }
    }

    // What cannot be aborted now, as without a connection, the next collection aborts; the first fault is the one to
    // say.
    private static async Task TryAbortAsync(IAmazonS3 client, S3Address address, string key, string upload)
    {
        try
        {
            await client.AbortMultipartUploadAsync(
                new AbortMultipartUploadRequest { BucketName = address.Bucket, Key = key, UploadId = upload })
                .ConfigureAwait(false);
        }
        catch (Exception e) when (S3Faults.IsStores(e, CancellationToken.None))
        {
        }
    }
}
