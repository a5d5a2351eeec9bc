using System.Collections.Concurrent;
using Grpc.Core;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Execution;
using MaaS.Serving.Grpc;
using MaaS.Serving.Grpc.Schema;
using MaaS.Serving.Protocols.OpenInference.Statistics;
using MaaS.Serving.Tests.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Serving.Tests.Grpc;

/// <summary>A stream between a client that the test plays and a real model, with a clock that stands still.</summary>
public sealed class GrpcInferStreamTests
{
    private readonly FakeTime _time = new();
    private ModelsFolder _models = null!;
    private TestServer _server = null!;

    [SetUp]
    public async Task StartServer()
    {
        _models = new ModelsFolder().Add("same");
        _server = await TestServer.StartAsync(
            o => (o.ModelsPath, o.GrpcUrl, o.RequestTimeout, o.ReleaseMemoryAfter)
                = (_models.Path, "http://127.0.0.1:0", TimeSpan.FromSeconds(60), null),
            builder: b => b.Services.AddSingleton<TimeProvider>(_time));
    }

    [TearDown]
    public async Task StopServer()
    {
        await _server.DisposeAsync();
        _models.Dispose();
    }

    [TestCase(null, new[] { false, false, false })]
    [TestCase(100, new[] { false, false, true })]
    public async Task Run_StreamOlderThanRequestTimeout_MessagesHaveTheirOwn(int? callSeconds, bool[] expected)
    {
        var contexts = _server.Services.GetRequiredService<RequestContextFactory>();
        var minute = TimeSpan.FromSeconds(61);
        var client = new RequestContext { Deadline = contexts.DeadlineIn(TimeSpan.FromSeconds(60)) };
        long? deadline = callSeconds is { } seconds ? contexts.DeadlineIn(TimeSpan.FromSeconds(seconds)) : null;
        var responses = new Responses();
        var requests = new Requests(3, before: async i =>
        {
            // A message comes when the one before it was answered, a minute later.
            await responses.ReachAsync(i);
            if (i > 0)
            {
                _time.Advance(minute);
            }
        });

        await Stream.RunAsync(
            requests, responses, new GrpcCall(new DefaultHttpContext(), client, deadline, CancellationToken.None));

        Assert.That(
            responses.Errors.Select(e => e.Contains("deadline", StringComparison.Ordinal)), Is.EqualTo(expected));
        Assert.That(responses.Errors.Count(e => e.Length > 0), Is.EqualTo(expected.Count(e => e)));
    }

    [Test]
    public async Task Run_StreamBreaksWhileItsAnswersAreNotRead_GivesEveryLeaseBack()
    {
        // One is being sent, 64 wait to be, and one more has no place among them.
        const int Requests = 66;
        using var leave = new CancellationTokenSource();
        var statistics = _server.Services.GetRequiredService<ServingStatistics>().Of("same", 1);
        var before = statistics.Read().Success.Count;
        var run = Stream.RunAsync(
            new Requests(Requests), new Responses { IsStuck = true },
            new GrpcCall(new DefaultHttpContext(), new RequestContext(), Deadline: null, leave.Token));
        Assert.That(() => statistics.Read().Success.Count - before, Is.EqualTo(Requests).After(10_000, 10));

        await leave.CancelAsync();

        Assert.That(() => run, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(() => _server.Models.UnloadAsync("same").WaitAsync(TimeSpan.FromSeconds(10)), Throws.Nothing);
    }

    private GrpcInferStream Stream => _server.Services.GetRequiredService<GrpcInferStream>();

    private sealed class Requests(int count, Func<int, Task>? before = null) : IAsyncStreamReader<ModelInferRequest>
    {
        private int _read;

        public ModelInferRequest Current { get; } = GrpcCalls.Infer("same");

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            if (_read == count)
            {
                return false;
            }

            if (before is not null)
            {
                await before(_read);
            }

            _read++;
            return true;
        }
    }

    private sealed class Responses : IServerStreamWriter<ModelStreamInferResponse>
    {
        private readonly ConcurrentDictionary<int, TaskCompletionSource> _reached = new();

        public List<string> Errors { get; } = [];

        /// <summary>Whether nobody reads them.</summary>
        public bool IsStuck { get; init; }

        public WriteOptions? WriteOptions { get; set; }

        /// <summary>Completes when there are so many.</summary>
        public Task ReachAsync(int count) => count == 0 ? Task.CompletedTask : Reached(count).Task;

        public Task WriteAsync(ModelStreamInferResponse message) => WriteAsync(message, CancellationToken.None);

        public Task WriteAsync(ModelStreamInferResponse message, CancellationToken cancellationToken)
        {
            if (IsStuck)
            {
                return new TaskCompletionSource().Task.WaitAsync(cancellationToken);
            }

            Errors.Add(message.ErrorMessage);
            Reached(Errors.Count).SetResult();
            return Task.CompletedTask;
        }

        private TaskCompletionSource Reached(int count)
            => _reached.GetOrAdd(
                count, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
    }
}
