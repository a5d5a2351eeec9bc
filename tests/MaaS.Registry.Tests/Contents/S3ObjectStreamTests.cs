using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using MaaS.Registry.Contents;

namespace MaaS.Registry.Tests.Contents;

internal sealed class S3ObjectStreamTests
{
    [Test]
    public async Task ReadAsync_RestThatIsAnsweredByTheWholeObject_IsSaid()
    {
        using var client = new RangelessClient();
        await using var stream = new S3ObjectStream(client, S3Address.Parse("s3://models"), "key");
        var buffer = new byte[RangelessClient.Size];
        Assert.That(await stream.ReadAsync(buffer), Is.EqualTo(RangelessClient.Size / 2));

        Assert.That(
            async () => await stream.ReadAsync(buffer),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains(
                "expected the 500 bytes that were missing, got 1000"));
        Assert.That(client.Asked, Is.EqualTo(2), "what was changed does not come back");
    }

    /// <summary>A store that reads no ranges, and whose connections end in the middle.</summary>
    private sealed class RangelessClient() : AmazonS3Client(
        new BasicAWSCredentials("key", "secret"), new AmazonS3Config { ServiceURL = "http://127.0.0.1:1" })
    {
        public const int Size = 1000;

        public int Asked { get; private set; }

        public override Task<GetObjectResponse> GetObjectAsync(
            GetObjectRequest request, CancellationToken cancellationToken = default)
        {
            Asked++;
            return Task.FromResult(new GetObjectResponse
            {
                ETag = "\"a\"",
                ContentLength = Size,
                ResponseStream = new MemoryStream(new byte[Size / 2]),
            });
        }
    }
}
