using System.Diagnostics;
using MaaS.Serving;
using MaaS.Serving.Tests;
using Microsoft.Extensions.Time.Testing;

namespace MaaS.Client.Tests.Resilience;

/// <summary>Several real servers of which some fail, over each transport.</summary>
[TestFixture(Transport.Rest)]
[TestFixture(Transport.Grpc)]
public sealed class FailoverTests(Transport transport)
{
    private const int Limit = 20_000;

    private readonly ModelsFolder _models = new ModelsFolder().Add("same");
    private readonly FakeTimeProvider _time = new();
    private ServingHost[] _servers = [];
    private Gate[] _gates = [];

    [SetUp]
    public async Task Start()
    {
        _servers = [
            await Servers.StartAsync(_models.Path), await Servers.StartAsync(_models.Path),
            await Servers.StartAsync(_models.Path),
        ];
        _gates = [.. _servers.Select(s => new Gate(s.AddressOf(transport)))];
    }

    [TearDown]
    public async Task Stop()
    {
        foreach (var gate in _gates)
        {
            await gate.DisposeAsync();
        }

        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }
    }

    [OneTimeTearDown]
    public void Remove() => _models.Dispose();

    private MaaSClient Client(int gates = 3, Action<MaaSClientOptions>? configure = null, TimeProvider? time = null)
    {
        var options = Servers.Options(transport, [.. _gates.Take(gates).Select(g => g.Address)]);
        configure?.Invoke(options);
        return new MaaSClient(options, time);
    }

    private static async Task InferAsync(MaaSClient client, float value)
        => Assert.That(
            (await client.InferAsync(new InferRequest("same", Tensor.Of("x", new[]
            {
                value, -value,
            }, 1, 2))))["y"].ToArray<float>(),
            Is.EqualTo(new[] { value, -value }));

    /// <summary>Requests from eight callers at once until the task ends; every one has to be answered.</summary>
    private static async Task<int> LoadAsync(MaaSClient client, Func<int, bool> isEnough, Task until)
    {
        var answered = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            var start = Stopwatch.GetTimestamp();
            while (!(until.IsCompleted && isEnough(Volatile.Read(ref answered))))
            {
                await InferAsync(client, Interlocked.Increment(ref answered));
                Assert.That(Stopwatch.GetElapsedTime(start).TotalMilliseconds, Is.LessThan(Limit));
            }
        }));
        await until;
        return answered;
    }

    [Test]
    public async Task Infer_ServerKilledUnderLoad_LosesNothing()
    {
        await using var client = Client();
        var answered = await LoadAsync(client, static n => n > 1200, KillOneAsync());

        async Task KillOneAsync()
        {
            while (_gates.Any(static g => g.Accepted == 0))
            {
                await Task.Yield();
            }

            await _gates[0].KillAsync();
        }

        Assert.That(answered, Is.GreaterThan(1200));
        Assert.That(client.Servers.Select(s => s.IsAvailable), Is.EqualTo(new[] { false, true, true }));
        Assert.That(client.Servers.Select(s => s.Outstanding), Is.All.Zero);
    }

    [Test]
    public async Task Infer_ServerStoppedUnderLoad_LosesNothing()
    {
        await using var client = Client();
        await InferAsync(client, 1);

        var answered = await LoadAsync(client, n => n > 600, Task.Run(async () => await _servers[1].DisposeAsync()));

        Assert.That(answered, Is.GreaterThan(600));
    }

    [Test]
    public async Task Infer_ServerThatIsReadyAgain_IsUsedAgain()
    {
        await using var client = Client(gates: 2, time: _time);
        await _gates[0].KillAsync();
        await InferAsync(client, 1);
        await InferAsync(client, 2);
        Assert.That(() => client.Servers[0].IsAvailable, Is.False.After(Limit, 5));

        _gates[0].Revive();
        var before = _gates[0].Accepted;
        await InferAsync(client, 3);
        Assert.That(_gates[0].Accepted, Is.EqualTo(before), "nothing has said that it is back");

        Assert.That(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(5));
                return client.Servers[0].IsAvailable;
            },
            Is.True.After(Limit, 20));
        await _gates[1].KillAsync();
        await InferAsync(client, 4);
        Assert.That(_gates[0].Accepted, Is.GreaterThan(before));
    }

    [Test]
    public async Task Infer_ServerThatHangs_IsLeftAfterItsTime()
    {
        await using var client = Client(gates: 2, o => (o.Timeout, o.ProbeInterval) = (TimeSpan.FromSeconds(1), null));
        _gates[0].IsSilent = true;

        for (var i = 0; i < 2; i++)
        {
            await InferAsync(client, i);
        }

        Assert.That(_gates[0].Accepted, Is.Positive, "one of two requests went there first");
    }

    [Test]
    public async Task Infer_ServerThatHangs_IsTakenOutByItsProbe()
    {
        await using var client = Client(gates: 2, time: _time);
        _gates[0].IsSilent = true;
        var first = InferAsync(client, 1);

        Assert.That(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return client.Servers[0].IsAvailable;
            },
            Is.False.After(Limit, 20));
        for (var i = 0; i < 4; i++)
        {
            await WhileTimePassesAsync(InferAsync(client, i), TimeSpan.FromSeconds(0.1));
        }

        _gates[0].IsSilent = false;
        await WhileTimePassesAsync(first, TimeSpan.FromSeconds(1));
    }

    /// <summary>Waits for a request. On a busy machine the other server's probe may be late as well, as this clock goes, and the request be sent to the
    /// silent one: with the clock standing still it would wait for ever.</summary>
    private async Task WhileTimePassesAsync(Task request, TimeSpan step)
    {
        Assert.That(
            () =>
            {
                _time.Advance(step);
                return request.IsCompleted;
            },
            Is.True.After(Limit, 20));
        await request;
    }

    [Test]
    public async Task Infer_Hedged_TakesTheFirstAnswerAndCancelsTheOther()
    {
        await using var client = Client(
            gates: 2, o => (o.HedgingDelay, o.ProbeInterval) = (TimeSpan.FromMilliseconds(50), null));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => InferAsync(client, i)));
        _gates[0].IsSilent = true;

        for (var i = 0; i < 4; i++)
        {
            await InferAsync(client, i);
        }

        Assert.That(
            () => client.Servers.Sum(s => s.Outstanding), Is.Zero.After(Limit, 5),
            "the calls that lost have ended long before their 60 seconds");
    }

    [Test]
    public async Task Infer_AnswerCutInItsMiddle_ComesFromAnotherServer()
    {
        await using var client = Client(gates: 2, o => o.ProbeInterval = null);
        _gates[0].AnswerLimit = 250;
        var values = Enumerable.Range(0, 10_000).Select(i => (float)i).ToArray();

        for (var i = 0; i < 2; i++)
        {
            var answer = await client.InferAsync(new InferRequest("same", Tensor.Of("x", values, 1, values.Length)));
            Assert.That(answer["y"].ToArray<float>(), Is.EqualTo(values));
        }

        Assert.That(_gates[0].Accepted, Is.Positive);
    }

    [Test]
    public async Task Infer_OnlyServerCutsAnswers_SaysSo()
    {
        await using var client = Client(gates: 1, o => o.MaxRetries = 1);
        _gates[0].AnswerLimit = 250;
        var request = new InferRequest("same", Tensor.Of("x", new float[10_000], 1, 10_000));

        var error = await Failure.OfAsync(() => client.InferAsync(request));

        Assert.That(
            (error.Kind, error.Address), Is.EqualTo((ErrorKind.Disconnected, _gates[0].Address)), error.Message);
    }

    [Test]
    public async Task Infer_NobodyThere_SaysWhere()
    {
        await using var client = Client(gates: 1);
        await _gates[0].KillAsync();

        var error = await Failure.OfAsync(() => client.InferAsync(new InferRequest("same")));

        Assert.That(
            (error.Kind, error.Address, error.Status),
            Is.EqualTo((ErrorKind.Unreachable, _gates[0].Address, (System.Net.HttpStatusCode?)null)), error.Message);
        Assert.That(
            await client.IsLiveAsync() || await client.IsReadyAsync() || await client.IsModelReadyAsync("same"),
            Is.False);
    }
}
