using MaaS.Serving.Faults;
using MaaS.Serving.Http.Unpacking;

namespace MaaS.Serving.Catalogue;

/// <summary>Counts what is read, and refuses what is too much.</summary>
/// <param name="source">A body, unpacked; it is not closed.</param>
/// <param name="most">How many bytes it may have.</param>
/// <param name="limit">The limit that a refusal names.</param>
internal sealed class LimitedBody(Stream source, long most, long limit) : ReadOnlyStream
{
    /// <summary>Bytes read so far.</summary>
    public long Count { get; private set; }

    /// <exception cref="RequestException">413: there are more.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        Count += read;
        return Count <= most ? read : throw RequestException.TooLarge(limit);
    }
}
