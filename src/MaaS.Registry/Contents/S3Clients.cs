using System.Collections.Concurrent;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;

namespace MaaS.Registry.Contents;

/// <summary>Clients of object stores, one for each address for the life of the process: they hold connections and what
/// the environment said of credentials.</summary>
internal static class S3Clients
{
    // For a request with one part, or the head of an answer; a body that stops coming is given up sooner.
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(10);

    // Signatures name a region even where a server has none.
    private const string AnyRegion = "us-east-1";

    private static readonly ConcurrentDictionary<S3Address, IAmazonS3> Known = [];

    /// <summary>The client of an address, with the credentials that the SDK finds.</summary>
    /// <exception cref="ArgumentException">Neither the address nor the environment names a region.</exception>
    public static IAmazonS3 For(S3Address address)
    {
        try
        {
            return Known.GetOrAdd(address, static a => new AmazonS3Client(Options(a)));
        }
        catch (AmazonClientException e)
        {
            throw new ArgumentException(
                $"{address}: expected a region or an endpoint: {e.Message}", nameof(address), e);
        }
    }

    /// <summary>How a server is spoken to.</summary>
    public static AmazonS3Config Options(S3Address address)
    {
        var options = new AmazonS3Config
        {
            ForcePathStyle = address.PathStyle,
            Timeout = Timeout,
            // Requests carry the SHA-256 of what they send in their signature, and readers check that of the whole.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (address.Endpoint is not null)
        {
            options.ServiceURL = address.Endpoint.AbsoluteUri;
            options.AuthenticationRegion = address.Region ?? AnyRegion;
        }
        else if (address.Region is not null)
        {
            options.RegionEndpoint = RegionEndpoint.GetBySystemName(address.Region);
        }

        return options;
    }
}
