using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace MaaS.Gateway.Forwarding;

/// <summary>Keeps a server's answer from the client until it is whole, so that another server can be asked where it
/// breaks off. One that grows too long goes through.</summary>
internal sealed class HeldAnswer : Stream
{
    private readonly HttpContext _context;
    private readonly IHttpResponseBodyFeature _client;
    private readonly int _most;
    private readonly bool _streams;
    private readonly KeptBytes _kept;
    private MemoryStream _held = new();

    /// <summary>Takes the place of the client.</summary>
    /// <param name="context">The request.</param>
    /// <param name="most">Longest answer that is held, in bytes.</param>
    /// <param name="streams">Whether the answer comes bit by bit: then only refusals are held.</param>
    /// <param name="kept">What all requests may keep.</param>
    public HeldAnswer(HttpContext context, int most, bool streams, KeptBytes kept)
    {
        (_context, _most, _streams, _kept) = (context, most, streams, kept);
        _client = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(this));
    }

    /// <summary>Whether the client has seen a part of the answer.</summary>
    public bool IsOut { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Gives the client its place back, with the answer.</summary>
    public async Task ReleaseAsync()
    {
        _context.Features.Set(_client);
        await LetOutAsync(_context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Gives the client its place back; what was held is dropped.</summary>
    public void Drop()
    {
        _context.Features.Set(_client);
        Empty();
    }

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var goesOn = _streams && _context.Response.StatusCode < StatusCodes.Status500InternalServerError;
        if (!IsOut && !goesOn && _held.Length + buffer.Length <= _most && _kept.TryTake(buffer.Length))
        {
            _held.Write(buffer.Span);
            return;
        }

        await LetOutAsync(cancellationToken).ConfigureAwait(false);
        await _client.Stream.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count)
        => throw new NotSupportedException("Answers are written asynchronously.");

    public override Task FlushAsync(CancellationToken cancellationToken)
        => IsOut ? _client.Stream.FlushAsync(cancellationToken) : Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Drop();
        }

        base.Dispose(disposing);
    }

    private async Task LetOutAsync(CancellationToken cancellationToken)
    {
        IsOut = true;
        if (_held.Length == 0)
        {
            return;
        }

        // Also where the client is gone the room is given back, and the memory with it.
        var part = _held;
        _held = new MemoryStream();
        try
        {
            await _client.Stream.WriteAsync(part.GetBuffer().AsMemory(0, (int)part.Length), cancellationToken)
                .ConfigureAwait(false);
        }
        finally
        {
            _kept.Give(part.Length);
        }
    }

    private void Empty()
    {
        _kept.Give(_held.Length);
        _held = new MemoryStream();
    }
}
