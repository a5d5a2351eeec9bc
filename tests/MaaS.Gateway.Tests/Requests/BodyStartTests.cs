using System.IO.Pipelines;
using MaaS.Gateway.Forwarding;
using MaaS.Gateway.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace MaaS.Gateway.Tests.Requests;

/// <summary>Bodies that come bit by bit.</summary>
internal sealed class BodyStartTests
{
    private Pipe _body = null!;
    private HttpRequest _request = null!;

    [SetUp]
    public void Make()
    {
        var context = new DefaultHttpContext();
        (_body, _request) = (new Pipe(), context.Request);
        context.Features.Set<IRequestBodyPipeFeature>(new BodyOf(_body.Reader));
    }

    [Test]
    [CancelAfter(10_000)]
    public async Task PeekAsync_EnoughBytes_WaitsForNoMore(CancellationToken token)
    {
        var peek = BodyStart.PeekAsync(_request, 100, token, static bytes => bytes.Length >= 3);
        await _body.Writer.WriteAsync(new byte[] { 1, 2 }, token);
        Assert.That(peek.IsCompleted, Is.False);
        await _body.Writer.WriteAsync(new byte[] { 3, 4 }, token);

        var (bytes, isWhole) = await peek;
        Assert.That((bytes, isWhole), Is.EqualTo((new byte[] { 1, 2, 3, 4 }, false)));
    }

    [Test]
    [CancelAfter(10_000)]
    public async Task PeekAsync_ReadThatIsCancelled_GivesWhatIsThere(CancellationToken token)
    {
        await _body.Writer.WriteAsync(new byte[] { 1, 2 }, token);
        _body.Reader.CancelPendingRead();

        var (bytes, isWhole) = await BodyStart.PeekAsync(_request, 100, token);
        Assert.That((bytes, isWhole), Is.EqualTo((new byte[] { 1, 2 }, false)));
    }

    [Test]
    [CancelAfter(10_000)]
    public async Task KeptBody_ReadThatIsCancelled_IsNotTakenForTheWhole(CancellationToken token)
    {
        await _body.Writer.WriteAsync(new byte[] { 1, 2 }, token);
        _body.Reader.CancelPendingRead();
        Assert.That(await KeptBody.ReadAsync(_request, 100, token), Is.Null);

        await _body.Writer.CompleteAsync();
        Assert.That(await KeptBody.ReadAsync(_request, 100, token), Is.EqualTo(new byte[] { 1, 2 }), "still unread");
    }

    // The stream stays open: its first message names the model.
    [Test]
    [CancelAfter(10_000)]
    public async Task GrpcTarget_FirstMessageInPieces_IsReadBeforeTheStreamEnds(CancellationToken token)
    {
        (_request.Method, _request.Path) = ("POST", "/inference.GRPCInferenceService/ModelStreamInfer");
        var reading = GrpcTarget.OfAsync(_request, token);
        foreach (var piece in new[] { "000000", "000b0a", "06646967697473120133" })
        {
            await _body.Writer.WriteAsync(Convert.FromHexString(piece), token);
        }

        var target = await reading;
        Assert.That((target.Model, target.Version), Is.EqualTo(("digits", "3")));
    }

    private sealed record BodyOf(PipeReader Reader) : IRequestBodyPipeFeature;
}
