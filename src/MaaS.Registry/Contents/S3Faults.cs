using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.S3;

namespace MaaS.Registry.Contents;

/// <summary>Says what an object store's answers mean, and what to do.</summary>
internal static class S3Faults
{
    /// <summary>Whether the object is not there; the bucket is.</summary>
    public static bool IsMissing(AmazonS3Exception e)
        => e.StatusCode == HttpStatusCode.NotFound && e.ErrorCode is not "NoSuchBucket";

    /// <summary>Whether the range that was asked for lies behind the end.</summary>
    public static bool IsBehindEnd(AmazonS3Exception e) => e.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable;

    /// <summary>Whether a condition of the request does not hold.</summary>
    public static bool IsConditionUnmet(AmazonS3Exception e)
        => e.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict
            && e.ErrorCode is "PreconditionFailed" or "ConditionalRequestConflict";

    /// <summary>Whether the same request may succeed later: the connection was lost, or the server is busy.</summary>
    public static bool IsPassing(Exception e)
        => e is AmazonServiceException service
            ? (int)service.StatusCode is 0 or 429 or >= 500
            : e is IOException or HttpRequestException or TimeoutException or OperationCanceledException;

    /// <summary>Whether a request failed for a reason of the store's.</summary>
    public static bool IsStores(Exception e, CancellationToken cancellationToken)
        => !cancellationToken.IsCancellationRequested
            && e is AmazonServiceException or AmazonClientException or HttpRequestException or HttpIOException
                or OperationCanceledException or IOException { InnerException: SocketException };

    /// <summary>The fault for the caller.</summary>
    public static IOException Of(S3Address address, Exception e)
        => new(
            e switch
            {
                AmazonS3Exception { ErrorCode: "NoSuchBucket" } =>
                    $"{address}: expected the bucket '{address.Bucket}', the store has none; make it, or name another "
                        + "one.",
                AmazonS3Exception { StatusCode: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden } refused =>
                    $"{address}: expected credentials that may read and write there, the store refused them "
                        + $"({refused.ErrorCode}); look at AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, the profile or "
                        + "the role, and the bucket's policy.",
                AmazonServiceException answer when (int)answer.StatusCode > 0 =>
                    $"{address}: expected the store to do what it was asked, got {(int)answer.StatusCode} "
                        + $"({answer.ErrorCode}): {answer.Message}",
                AmazonClientException client =>
                    $"{address}: expected credentials and a store that answers: {client.Message}",
                _ => $"{address}: expected a store that answers: {e.Message}",
            },
            e);
}
