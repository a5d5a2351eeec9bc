using System.Security.Cryptography;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using MaaS.Core.Packages;
using MaaS.Registry.Storage;

namespace MaaS.Registry.Contents;

/// <summary>Contents in an object store that speaks S3, under the keys <c>PREFIX/ab/abcd…</c>.</summary>
/// <param name="client">Of the store.</param>
/// <param name="address">Bucket and prefix.</param>
/// <param name="locks">The registry's database: an object store has no locks that end with their holder.</param>
/// <param name="registry">Whose contents they are.</param>
internal sealed class S3ContentStore(IAmazonS3 client, S3Address address, IDialect locks, string registry)
    : IContentStore
{
    private const string OwnerName = "owner", Mark = "sha256";
    private const int DeletedAtOnce = 1000;

    private static readonly string Empty = Convert.ToHexStringLower(SHA256.HashData([]));

    private readonly string _prefix = address.Prefix.Length == 0 ? "" : $"{address.Prefix}/";

    public string Location => address.ToString();

    public Task ClaimAsync(CancellationToken cancellationToken)
        => AskAsync(
            async () =>
            {
                if (await OwnerAsync(cancellationToken).ConfigureAwait(false) is not { } owner)
                {
                    await WriteOwnerAsync(cancellationToken).ConfigureAwait(false);
                    owner = await OwnerAsync(cancellationToken).ConfigureAwait(false);
                }

                return owner == registry ? owner : throw new InvalidDataException(
                    $"{address}: expected the contents of this registry, got those of another one, as when a database "
                        + "was copied, lost or replaced; restore the database, or name another prefix.");
            },
            cancellationToken);

    public Task<IContentLock> KeepAsync(CancellationToken cancellationToken)
        => locks.LockContentsAsync(alone: false, cancellationToken);

    // The hash is known when all was written: it lies on the disk until then, where nobody else may read it.
    public async Task<PackageFileEntry> AddAsync(Func<Stream, Task> write, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("maas-contents-");
        try
        {
            var path = Path.Combine(folder.FullName, "content");
            var entry = await WriteAsync(path, write).ConfigureAwait(false);
            if (!await IsThereAsync(entry, cancellationToken).ConfigureAwait(false))
            {
                await AskAsync(
                    async () =>
                    {
                        await S3Upload.RunAsync(
                            client, address, KeyOf(entry.Sha256), path, (Mark, entry.Sha256), cancellationToken)
                            .ConfigureAwait(false);
                        return 0;
                    },
                    cancellationToken).ConfigureAwait(false);
            }

            return entry;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // What has no bytes has no ranges either.
    public Stream Open(string hash)
        => hash == Empty ? new MemoryStream([]) : new S3ObjectStream(client, address, KeyOf(hash));

    public async Task<CollectedContents> CollectAsync(
        Func<Task<IReadOnlySet<string>>> referred, CancellationToken cancellationToken)
    {
        var alone = await locks.LockContentsAsync(alone: true, cancellationToken).ConfigureAwait(false);
        await using var held = alone.ConfigureAwait(false);
        var keep = await referred().ConfigureAwait(false);
        return await AskAsync(
            async () =>
            {
                await AbortUploadsAsync(cancellationToken).ConfigureAwait(false);
                List<S3Object> gone = [];
                await foreach (var content in client.Paginators.ListObjectsV2(
                    new ListObjectsV2Request { BucketName = address.Bucket, Prefix = _prefix }).S3Objects
                    .WithCancellation(cancellationToken).ConfigureAwait(false))
                {
                    if (IsContent(content.Key) && !keep.Contains(content.Key[^64..]))
                    {
                        gone.Add(content);
                    }
                }

                foreach (var some in gone.Chunk(DeletedAtOnce))
                {
                    await alone.CheckAsync(cancellationToken).ConfigureAwait(false);
                    await client.DeleteObjectsAsync(
                        new DeleteObjectsRequest
                        {
                            BucketName = address.Bucket,
                            Objects = [.. some.Select(static o => new KeyVersion { Key = o.Key })],
                        },
                        cancellationToken).ConfigureAwait(false);
                }

                return new CollectedContents(gone.Count, gone.Sum(static o => o.Size ?? 0));
            },
            cancellationToken).ConfigureAwait(false);
    }

    private static async Task<PackageFileEntry> WriteAsync(string path, Func<Stream, Task> write)
    {
        using var sha = SHA256.Create();
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
        await using (file.ConfigureAwait(false))
        {
            var hashing = new CryptoStream(file, sha, CryptoStreamMode.Write, leaveOpen: true);
            await using (hashing.ConfigureAwait(false))
            {
                await write(hashing).ConfigureAwait(false);
            }

            return new PackageFileEntry(Convert.ToHexStringLower(sha.Hash!), file.Length);
        }
    }

    // Half an object is never there. One that somebody else has put there has not the mark of this store.
    private Task<bool> IsThereAsync(PackageFileEntry entry, CancellationToken cancellationToken)
        => AskAsync(
            async () =>
            {
                try
                {
                    var found = await client.GetObjectMetadataAsync(
                        address.Bucket, KeyOf(entry.Sha256), cancellationToken).ConfigureAwait(false);
                    return found.ContentLength == entry.Size && found.Metadata[Mark] == entry.Sha256;
                }
                catch (AmazonS3Exception e) when (S3Faults.IsMissing(e))
                {
                    return false;
                }
            },
            cancellationToken);

    private async Task<string?> OwnerAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await client.GetObjectAsync(address.Bucket, _prefix + OwnerName, cancellationToken)
                .ConfigureAwait(false);
            using var reader = new StreamReader(answer.ResponseStream, Encoding.UTF8);
            return await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (AmazonS3Exception e) when (S3Faults.IsMissing(e))
        {
            return null;
        }
    }

    private async Task WriteOwnerAsync(CancellationToken cancellationToken)
    {
        var found = await client.ListObjectsV2Async(
            new ListObjectsV2Request { BucketName = address.Bucket, Prefix = _prefix, MaxKeys = 1 }, cancellationToken)
            .ConfigureAwait(false);
        if (found.S3Objects is [var other, ..] && other.Key != _prefix + OwnerName)
        {
            throw new InvalidDataException(
                $"{address}: expected the contents of this registry or no object under the prefix, found something "
                    + "else.");
        }

        try
        {
            await client.PutObjectAsync(
                new PutObjectRequest
                {
                    BucketName = address.Bucket,
                    Key = _prefix + OwnerName,
                    ContentBody = registry,
                    UseChunkEncoding = false,
                    IfNoneMatch = "*",
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (AmazonS3Exception e) when (S3Faults.IsConditionUnmet(e))
        {
            // Another process was first; whose it is now is read again.
        }
    }

    // Nobody adds while contents are collected: what was begun and is not there belongs to processes that were killed.
    private async Task AbortUploadsAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var upload in client.Paginators.ListMultipartUploads(
                new ListMultipartUploadsRequest { BucketName = address.Bucket, Prefix = _prefix }).Uploads
                .WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                if (IsContent(upload.Key))
                {
                    await client.AbortMultipartUploadAsync(
                        address.Bucket, upload.Key, upload.UploadId, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (AmazonS3Exception e) when (e.ErrorCode is "NotImplemented")
        {
            // Such a store has its own rule for them.
        }
    }

    private bool IsContent(string key)
        => key.StartsWith(_prefix, StringComparison.Ordinal)
            && key[_prefix.Length..].Split('/') is [{ Length: 2 } folder, { Length: 64 } hash]
            && hash.StartsWith(folder, StringComparison.Ordinal) && hash.All(char.IsAsciiHexDigitLower);

    private string KeyOf(string hash) => $"{_prefix}{hash[..2]}/{hash}";

    private async Task<T> AskAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception e) when (S3Faults.IsStores(e, cancellationToken))
        {
            throw S3Faults.Of(address, e);
        }
    }
}
