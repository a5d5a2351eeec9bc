using System.Globalization;
using Amazon.S3;
using Amazon.S3.Model;

namespace MaaS.Registry.Contents;

/// <summary>Reads an object from its beginning to its end. Where the connection is lost, it goes on from there with a
/// new one.</summary>
/// <remarks>The object is asked for at the first read. Whether what came is right is for its SHA-256 to say, which the
/// reader knows.</remarks>
internal sealed class S3ObjectStream(IAmazonS3 client, S3Address address, string key) : Stream
{
    private const int Attempts = 5;   // In a row without a byte.
    private static readonly TimeSpan StallTimeout = TimeSpan.FromSeconds(100);

    private GetObjectResponse? _answer;
    private string? _etag;
    private long _position;
    private long? _length;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        for (var attempt = 1; buffer.Length > 0 && _position != _length; attempt++)
        {
            try
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                limit.CancelAfter(StallTimeout);
                _answer ??= await AskAsync(limit.Token).ConfigureAwait(false);
                var read = await _answer.ResponseStream.ReadAsync(buffer, limit.Token).ConfigureAwait(false);
                if (read > 0)
                {
                    _position += read;
                    return read;
                }

                throw new IOException($"the connection ended after {_position} of {_length} bytes");
            }
            catch (AmazonS3Exception e) when (S3Faults.IsMissing(e))
            {
                throw new FileNotFoundException(
                    $"{address}: expected the content {key} that a version lists, found none; restore the bucket from "
                        + "a copy.", key, e);
            }
            catch (AmazonS3Exception e) when (_position == 0 && S3Faults.IsBehindEnd(e))
            {
                _length = 0;
            }
            catch (AmazonS3Exception e) when (S3Faults.IsConditionUnmet(e))
            {
                throw new InvalidDataException($"{address}: {key}: the object was changed while it was read.", e);
            }
            catch (Exception e) when (e is not InvalidDataException && !cancellationToken.IsCancellationRequested)
            {
                _answer?.Dispose();
                _answer = null;
                if (attempt == Attempts || !S3Faults.IsPassing(e))
                {
                    throw S3Faults.Of(address, e);
                }
            }
        }

        return 0;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
        => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _answer?.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task<GetObjectResponse> AskAsync(CancellationToken cancellationToken)
    {
        var answer = await client.GetObjectAsync(
            new GetObjectRequest
            {
                BucketName = address.Bucket,
                Key = key,
                EtagToMatch = _etag,
                // A range from the first on, so that the SDK holds no body against an MD5, and what was changed is
                // said by whoever knows the SHA-256.
                ByteRange = new ByteRange(string.Create(CultureInfo.InvariantCulture, $"bytes={_position}-")),
            },
            cancellationToken).ConfigureAwait(false);
        if (_length is null)
        {
            (_etag, _length) = (answer.ETag, answer.ContentLength);
        }
        else if (answer.ContentLength != _length - _position)
        {
            answer.Dispose();
            throw new InvalidDataException(
                $"{address}: {key}: expected the {_length - _position} bytes that were missing, got "
                    + $"{answer.ContentLength}: the object was changed while it was read, or the store reads no "
                    + $"ranges.");
        }

        return answer;
    }
}
