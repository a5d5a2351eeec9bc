using System.Net;

namespace MaaS.Client.Rest;

/// <summary>A JSON part followed by tensors, none of which is copied.</summary>
internal sealed class BinaryContent(ReadOnlyMemory<byte> json, IReadOnlyList<Tensor> tensors) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(json, cancellationToken).ConfigureAwait(false);
        foreach (var tensor in tensors)
        {
            await stream.WriteAsync(tensor.Data, cancellationToken).ConfigureAwait(false);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = json.Length + tensors.Sum(t => (long)t.Data.Length);
        return true;
    }
}
