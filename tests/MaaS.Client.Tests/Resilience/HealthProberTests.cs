using MaaS.Client.Resilience;
using Microsoft.Extensions.Logging.Abstractions;

namespace MaaS.Client.Tests.Resilience;

/// <summary>Probes that end when the client does.</summary>
public sealed class HealthProberTests
{
    [Test]
    public async Task Dispose_ProbeFailsAfterTheStop_EndsQuietly()
    {
        var time = TimeProvider.System;
        var pool = new EndpointPool([new Uri("http://a"), new Uri("http://b")], time);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var prober = new HealthProber(
            pool, TimeSpan.FromHours(1), TimeSpan.FromHours(1),
            async (address, token) =>
            {
                var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                using var stop = token.Register(stopped.SetResult);
                asked.TrySetResult();
                await stopped.Task;
                throw new MaaSClientException(ErrorKind.Disconnected, address, "the connection is gone");
            },
            time, NullLogger.Instance);
        prober.Start();
        await asked.Task;

        Assert.That(async () => await prober.DisposeAsync(), Throws.Nothing);
        Assert.That(pool.Endpoints.Select(static e => e.IsReady), Is.All.True, "nobody asks any more");
    }
}
