using System.Net;
using Microsoft.Extensions.Time.Testing;
using static MaaS.Client.Tests.Script;

namespace MaaS.Client.Tests.Resilience;

/// <summary>Questions to all servers, and changes on all.</summary>
public sealed class ResilientCallerTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly FakeTimeProvider _time = new();

    [Test]
    public async Task IsReady_OneServerHangs_IsTheFirstYes()
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var servers = new Script(async (request, token) =>
        {
            if (request.RequestUri!.Host == "b")
            {
                return await Says(HttpStatusCode.OK)(request, token);
            }

            using var leaving = token.Register(cancelled.SetResult);
            return await Hangs(request, token);
        });
        await using var client = servers.Client(Transport.Rest, "ab", time: _time);

        Assert.That(await client.IsReadyAsync().WaitAsync(Limit));
        await cancelled.Task.WaitAsync(Limit);
    }

    [Test]
    public async Task IsReady_OneServerRefusesCredentials_IsTheOthersYes()
    {
        using var servers = new Script((request, token)
            => Says(request.RequestUri!.Host == "b" ? HttpStatusCode.OK : HttpStatusCode.Unauthorized)(request, token));
        await using var client = servers.Client(Transport.Rest, "abc", time: _time);
        await using var refused = servers.Client(Transport.Rest, "ac", time: _time);

        Assert.That(await client.IsReadyAsync());
        Assert.That((await Failure.OfAsync(() => refused.IsReadyAsync())).Kind, Is.EqualTo(ErrorKind.Unauthenticated));
    }

    [Test]
    public async Task IsReady_AllServersHang_IsNoAfterTheTotalTime()
    {
        using var servers = new Script(Hangs);
        await using var client = servers.Client(
            Transport.Rest, "ab", o => o.TotalTimeout = TimeSpan.FromSeconds(3), _time);

        var ready = client.IsReadyAsync();
        _time.Advance(TimeSpan.FromSeconds(3));

        Assert.That(await ready.WaitAsync(Limit), Is.False);
    }

    [Test]
    public async Task Load_SeveralServers_ShareTheTotalTime()
    {
        using var servers = new Script((request, token) =>
        {
            _time.Advance(TimeSpan.FromSeconds(2));
            token.ThrowIfCancellationRequested();
            return Says(HttpStatusCode.OK)(request, token);
        });
        await using var client = servers.Client(
            Transport.Rest, "abc", o => o.TotalTimeout = TimeSpan.FromSeconds(3), _time);

        var error = await Failure.OfAsync(() => client.LoadModelAsync("m"));

        Assert.That((error.Kind, error.Address), Is.EqualTo((ErrorKind.Timeout, new Uri("http://b"))));
        Assert.That(error.Message, Does.Contain("00:00:03").And.Contain("1 of 3"));
        Assert.That(servers.Hosts, Is.EqualTo(new[] { "a", "b" }));
    }

    [Test]
    public void Load_CallerLeaves_IsCancelled()
    {
        using var servers = new Script(Hangs);
        using var leave = new CancellationTokenSource();
        var client = servers.Client(Transport.Rest, "ab", o => o.TotalTimeout = TimeSpan.FromSeconds(3), _time);
        var load = client.LoadModelAsync("m", leave.Token);

        leave.Cancel();

        Assert.That(() => load, Throws.InstanceOf<OperationCanceledException>());
    }
}
