using System.Collections.Concurrent;
using MaaS.Onnx;
using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Execution.Batching;
using MaaS.Serving.Faults;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Serving.Tests.Execution;

/// <summary>
/// Requests that share runs. Every answer is checked against its own input: the model is y = 2x + 1, or looks rows up
/// in a table and refuses indices that it does not have.
/// </summary>
public sealed class BatchSchedulerTests
{
    private ComputeThreads _threads = null!;

    [OneTimeSetUp]
    public void StartThreads() => _threads = new ComputeThreads();

    [OneTimeTearDown]
    public void EndThreads() => _threads.Dispose();

    [TestCase(1, 1)]
    [TestCase(8, 1)]
    [TestCase(8, 3)]
    public async Task RunAsync_ManyClientsShapesAndSizes_EachGetsItsOwnAnswer(int maxBatch, int concurrency)
    {
        using var model = Affine();
        using var scheduler = new BatchScheduler(
            model, Options(maxBatch, concurrency: concurrency), _threads, TimeProvider.System);
        var sizes = new ConcurrentDictionary<int, int>();

        await Parallel.ForEachAsync(
            Enumerable.Range(0, 2000), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
        {
            var (rows, width) = (1 + i % 3, 1 + i % 4);
            var values = Enumerable.Range(0, rows * width).Select(k => (float)(i * 100 + k)).ToArray();
            var request = Request(model, TensorValue.Of(values, rows, width), client: $"{i % 5}", priority: i % 8);

            using var outputs = await scheduler.RunAsync(request, rows, Key(request), CancellationToken.None);

            Assert.That(outputs[0].Shape.ToArray(), Is.EqualTo(new long[] { rows, width }));
            Assert.That(outputs[0].AsSpan<float>().ToArray(), Is.EqualTo(values.Select(static v => 2 * v + 1)));
            sizes.AddOrUpdate(request.Timings.BatchSize, 1, static (_, n) => n + 1);
        });

        Assert.That(sizes.Keys.Max(), Is.LessThanOrEqualTo(Math.Max(maxBatch, 3)));
        Assert.That(sizes.Keys.Max() > 3, Is.EqualTo(maxBatch > 1), "requests shared runs");
    }

    [Test]
    public async Task RunAsync_Idle_RunsAtOnceInSpiteOfTheDelay()
    {
        using var model = Affine();
        using var scheduler = new BatchScheduler(
            model, Options(8, delay: TimeSpan.FromMinutes(1)), _threads, TimeProvider.System);

        using var outputs = await Start(scheduler, Request(model, TensorValue.Of([1f], 1, 1)))
            .WaitAsync(TimeSpan.FromSeconds(20));

        Assert.That(outputs[0].AsSpan<float>()[0], Is.EqualTo(3));
    }

    [Test]
    public async Task RunAsync_BusyWithDelay_WaitsForAFullBatch()
    {
        using var model = Affine();
        using var scheduler = new BatchScheduler(
            model, Options(4, delay: TimeSpan.FromMinutes(1), concurrency: 2), _threads, TimeProvider.System);
        using var gate = new Gate(_threads, 2, scheduler, model);
        var requests = Enumerable.Range(0, 4).Select(i => Request(model, TensorValue.Of([(float)i], 1, 1))).ToArray();
        var first = requests[..3].Select(r => Start(scheduler, r)).ToArray();

        Assert.That(first.Any(static t => t.IsCompleted), Is.False, "three of four wait while others run");
        var last = Start(scheduler, requests[3]);
        gate.Open();
        await Task.WhenAll([.. first, last]).WaitAsync(TimeSpan.FromSeconds(20));

        Assert.That(requests.Select(static r => r.Timings.BatchSize), Is.All.EqualTo(4));
    }

    [Test]
    public async Task RunAsync_PoisonInABatch_FailsAlone()
    {
        using var model = InferenceModel.Load(ModelsFolder.Fixture("gather.onnx"));
        using var scheduler = new BatchScheduler(model, Options(16), _threads, TimeProvider.System);
        using var gate = new Gate(_threads, 1, scheduler, model);
        long[] indices = [0, 1, 99, 2, 1];
        var requests = indices.Select(i => Request(model, TensorValue.Of([i], 1))).ToArray();
        var answers = requests.Select(r => Start(scheduler, r)).ToArray();
        gate.Open();

        for (var i = 0; i < indices.Length; i++)
        {
            if (indices[i] == 99)
            {
                Assert.That(async () => await answers[i], Throws.TypeOf<InferenceException>());
            }
            else
            {
                using var outputs = await answers[i];
                Assert.That(
                    outputs[0].AsSpan<float>().ToArray(), Is.EqualTo(new[] { 2f * indices[i], 2f * indices[i] + 1 }));
            }
        }
    }

    [Test]
    public async Task RunAsync_Priorities_UrgentFirstAndClientsInTurn()
    {
        var clock = new CallCounter();
        using var model = Affine();
        using var scheduler = new BatchScheduler(model, Options(1), _threads, clock);
        using var gate = new Gate(_threads, 1, scheduler, model);
        var started = new[] { ("a", 3), ("a", 3), ("a", 3), ("b", 3), ("b", 3), ("late", 7), ("first", 0) }.Select(
            (r, i) =>
        {
            var request = Request(model, TensorValue.Of([(float)i], 1, 1), r.Item1, r.Item2);
            var arrival = clock.Calls;
            return (Name: $"{r.Item1}{i}", Request: request, Arrival: arrival, Answer: Start(scheduler, request));
        }).ToArray();
        gate.Open();
        foreach (var outputs in await Task.WhenAll(started.Select(s => s.Answer)).WaitAsync(TimeSpan.FromSeconds(20)))
        {
            outputs.Dispose();
        }

        // When each run began, by the scheduler's own clock: the answers' continuations run on the thread pool in any
        // order.
        Assert.That(
            started.OrderBy(s => s.Arrival + s.Request.Timings.Queue.Ticks).Select(s => s.Name),
            Is.EqualTo(new[] { "first6", "a0", "b3", "a1", "b4", "a2", "late5" }));
    }

    [Test]
    public async Task RunAsync_PreferredSizes_CutsBatches()
    {
        using var model = Affine();
        using var scheduler = new BatchScheduler(model, Options(8, preferred: [2, 4]), _threads, TimeProvider.System);
        using var gate = new Gate(_threads, 1, scheduler, model);
        var requests = Enumerable.Range(0, 7).Select(i => Request(model, TensorValue.Of([(float)i], 1, 1))).ToArray();
        var answers = requests.Select(r => Start(scheduler, r)).ToArray();
        gate.Open();
        await Task.WhenAll(answers).WaitAsync(TimeSpan.FromSeconds(20));

        Assert.That(requests.Select(static r => r.Timings.BatchSize), Is.EqualTo(new[] { 4, 4, 4, 4, 2, 2, 1 }));
    }

    [Test]
    public async Task RunAsync_QueueFull_Throws()
    {
        using var model = Affine();
        using var scheduler = new BatchScheduler(model, Options(1, queue: 2), _threads, TimeProvider.System);
        using var gate = new Gate(_threads, 1, scheduler, model);
        var waiting = Enumerable.Range(0, 2).Select(_ => Start(scheduler, Request(model, TensorValue.Of([1f], 1, 1))))
            .ToArray();

        Assert.That(
            () => Start(scheduler, Request(model, TensorValue.Of([1f], 1, 1))), Throws.TypeOf<QueueFullException>());
        gate.Open();
        await Task.WhenAll(waiting).WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Test]
    public async Task RunAsync_DeadlinePassesInTheQueue_ThrowsThenAndServesTheOthers()
    {
        using var model = Affine();
        using var scheduler = new BatchScheduler(model, Options(4), _threads, TimeProvider.System);
        using var gate = new Gate(_threads, 1, scheduler, model);
        var late = Request(model, TensorValue.Of([1f], 1, 1));
        late.Context.Deadline = TimeProvider.System.GetTimestamp() + TimeProvider.System.TimestampFrequency / 20;
        var other = Start(scheduler, Request(model, TensorValue.Of([2f], 1, 1)));

        Assert.That(
            async () => await Start(scheduler, late).WaitAsync(TimeSpan.FromSeconds(20)),
            Throws.TypeOf<DeadlineExceededException>());
        Assert.That(other.IsCompleted, Is.False);
        gate.Open();
        using var outputs = await other;
        Assert.That(outputs[0].AsSpan<float>()[0], Is.EqualTo(5));
    }

    [Test]
    public async Task RunAsync_ClientGoesInTheQueue_LeavesIt()
    {
        using var model = Affine();
        using var scheduler = new BatchScheduler(model, Options(1, queue: 1), _threads, TimeProvider.System);
        using var gate = new Gate(_threads, 1, scheduler, model);
        using var client = new CancellationTokenSource();
        var gone = scheduler.RunAsync(Request(model, TensorValue.Of([1f], 1, 1)), 1, null, client.Token);

        await client.CancelAsync();

        Assert.That(async () => await gone, Throws.InstanceOf<OperationCanceledException>());
        var next = Start(scheduler, Request(model, TensorValue.Of([2f], 1, 1))); // There is room again.
        gate.Open();
        (await next).Dispose();
    }

    [Test]
    public async Task RunAsync_DeadlinePassesInARun_StopsIt()
    {
        using var model = InferenceModel.Load(SlowModel.Build().ToByteArray(), "slow", new() { IntraOpThreads = 1 });
        using var scheduler = new BatchScheduler(model, Options(1), _threads, TimeProvider.System);
        var request = Request(model, TensorValue.Of([2_000_000_000L], 1));
        request.Context.Deadline = TimeProvider.System.GetTimestamp() + TimeProvider.System.TimestampFrequency / 10;

        Assert.That(
            async () => await Start(scheduler, request).WaitAsync(TimeSpan.FromSeconds(30)),
            Throws.TypeOf<DeadlineExceededException>());
        using var next = await Start(scheduler, Request(model, TensorValue.Of([1L], 1)))
            .WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(next[0].AsSpan<long>()[0], Is.EqualTo(1));
    }

    [Test]
    public async Task RunAsync_EveryWayToEnd_AnswersEachOnce()
    {
        using var model = InferenceModel.Load(ModelsFolder.Fixture("gather.onnx"));
        using var scheduler = new BatchScheduler(
            model, Options(8, queue: 40, concurrency: 2), _threads, TimeProvider.System);
        var ends = new ConcurrentDictionary<string, int>();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 3000), new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, _) =>
        {
            using var client = new CancellationTokenSource();
            var index = i % 11 == 0 ? 77L : i % 3;
            var request = Request(model, TensorValue.Of([index], 1), client: $"{i % 7}");
            if (i % 5 == 0)
            {
                request.Context.Deadline = TimeProvider.System.GetTimestamp() + i % 1000;
            }

            try
            {
                var answer = scheduler.RunAsync(request, 1, Key(request), client.Token);
                if (i % 4 == 0)
                {
                    await client.CancelAsync();
                }

                using var outputs = await answer.WaitAsync(TimeSpan.FromSeconds(30), CancellationToken.None);
                Assert.That(outputs[0].AsSpan<float>().ToArray(), Is.EqualTo(new[] { 2f * index, 2f * index + 1 }));
                ends.AddOrUpdate("answer", 1, static (_, n) => n + 1);
            }
            catch (Exception e) when (e is InferenceException or QueueFullException or DeadlineExceededException or OperationCanceledException)
            {
                ends.AddOrUpdate(e.GetType().Name, 1, static (_, n) => n + 1);
            }
        });

        Assert.That(ends.Values.Sum(), Is.EqualTo(3000));
        Assert.That(ends.Keys, Is.SupersetOf(new[] { "answer", nameof(InferenceException) }));
    }

    private static Task<InferenceOutputs> Start(BatchScheduler scheduler, InferenceRequest request)
        => scheduler.RunAsync(request, (int)request.Inputs.Span[0].Shape[0], Key(request), CancellationToken.None);

    private static ShapeKey Key(InferenceRequest request) => new(request.Inputs.Span);

    private static InferenceRequest Request(
        InferenceModel model, TensorValue input, string client = "", int priority = RequestContext.DefaultPriority)
        => new(
            new ServedModel("m", 1, model, null, new NoRunner()), new[] { input },
            new RequestContext { ClientKey = client, Priority = priority });

    private static BatchingOptions Options(
        int max, TimeSpan delay = default, int[]? preferred = null, int queue = 10_000, int concurrency = 1)
        => new(max, delay, preferred ?? [], queue, concurrency);

    /// <summary>y = 2x + 1 for x of (n, m).</summary>
    private static InferenceModel Affine()
    {
        var graph = new GraphBuilder("affine");
        graph.AddInput("x", DataType.Float, ["n", "m"]);
        graph.AddOutput(
            graph.Node("Add", [graph.Node("Mul", ["x", graph.Scalar(2f)]), graph.Scalar(1f)]), DataType.Float,
            ["n", "m"]);
        return InferenceModel.Load(graph.Build().ToByteArray(), "affine", new() { IntraOpThreads = 1 });
    }

    private sealed class NoRunner : IModelRunner
    {
        public ValueTask<InferenceOutputs> RunAsync(
            InferenceRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }

    /// <summary>A clock that moves by one tick whenever it is asked.</summary>
    private sealed class CallCounter : TimeProvider
    {
        private long _calls;

        public long Calls => Interlocked.Read(ref _calls);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Increment(ref _calls);
    }

    /// <summary>Keeps every compute thread busy, so that requests queue up behind it. Each of so many runs is started
    /// first.</summary>
    private sealed class Gate : IDisposable
    {
        // Nothing to dispose of under a thread that still waits.
        private readonly TaskCompletionSource _open = new();

        public Gate(ComputeThreads threads, int runs, BatchScheduler scheduler, InferenceModel model)
        {
            using var blocked = new CountdownEvent(threads.Count);
            for (var i = 0; i < threads.Count; i++)
            {
                threads.Start(() =>
                {
                    blocked.Signal();
                    _open.Task.Wait();
                });
            }

            blocked.Wait();
            var input = model.Inputs[0].Type == ElementType.Int64
                ? TensorValue.Of([0L], 1) : TensorValue.Of([0f], 1, 1);
            for (var i = 0; i < runs; i++)
            {
                // Alone in its run, which occupies one of the scheduler's places.
                _ = scheduler.RunAsync(Request(model, input), 1, null, CancellationToken.None);
            }
        }

        public void Open() => _open.TrySetResult();

        public void Dispose() => Open();
    }
}
