using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Execution.Caching;

namespace MaaS.Serving.Tests.Execution;

public sealed class CachingRunnerTests
{
    private static readonly TensorSpec Output = new("y", ElementType.Float32, [-1]);

    [Test]
    public async Task RunAsync_EqualRequests_AreComputedOnce()
    {
        using var counting = new Counting();
        using var runner = new CachingRunner(counting, maxBytes: 10_000);

        Assert.That(await Run(runner, [1, 2]), Is.EqualTo((new[] { 2f, 4 }, false)));
        Assert.That(await Run(runner, [1, 2]), Is.EqualTo((new[] { 2f, 4 }, true)));
        Assert.That(await Run(runner, [1, 3]), Is.EqualTo((new[] { 2f, 6 }, false)));
        Assert.That(await Run(runner, [1, 2], shape: [2, 1]), Is.EqualTo((new[] { 2f, 4 }, false)), "another shape");
        Assert.That(await Run(runner, [1, 2], outputs: ["y"]), Is.EqualTo((new[] { 2f, 4 }, false)), "other outputs");
        Assert.That(counting.Runs, Is.EqualTo(4));
    }

    [Test]
    public async Task RunAsync_Full_ForgetsTheLeastRecentlyUsed()
    {
        using var counting = new Counting();
        using var runner = new CachingRunner(counting, maxBytes: 2 * (256 + 4)); // Two answers of one float.

        await Run(runner, [1]);
        await Run(runner, [2]);
        await Run(runner, [1]);
        await Run(runner, [3]);

        Assert.That((await Run(runner, [1])).Hit, Is.True);
        Assert.That((await Run(runner, [2])).Hit, Is.False);
        Assert.That((await Run(runner, new float[1000])).Hit, Is.False);
        Assert.That((await Run(runner, new float[1000])).Hit, Is.False, "an answer larger than the cache");
    }

    private static async Task<(float[] Answer, bool Hit)> Run(
        CachingRunner runner, float[] values, long[]? shape = null, string[]? outputs = null)
    {
        var model = new ServedModel("m", 1, null, null, runner);
        var request = new InferenceRequest(
            model, new[] { TensorValue.Of(values, shape ?? [values.Length]) },
            new RequestContext()) { Outputs = outputs };
        using var answer = await runner.RunAsync(request, CancellationToken.None);
        return (answer[0].AsSpan<float>().ToArray(), request.Timings.IsCacheHit);
    }

    /// <summary>Doubles its input, and overwrites what it gave before, as ONNX Runtime's memory is.</summary>
    private sealed class Counting : IModelRunner
    {
        private readonly float[] _memory = new float[1000];

        public int Runs { get; private set; }

        public ValueTask<InferenceOutputs> RunAsync(InferenceRequest request, CancellationToken cancellationToken)
        {
            Runs++;
            var input = request.Inputs.Span[0].AsSpan<float>();
            for (var i = 0; i < input.Length; i++)
            {
                _memory[i] = 2 * input[i];
            }

            return ValueTask.FromResult(
                new InferenceOutputs([TensorValue.Of(_memory.AsMemory(0, input.Length), input.Length)], [Output]));
        }

        public void Dispose()
        {
        }
    }
}
