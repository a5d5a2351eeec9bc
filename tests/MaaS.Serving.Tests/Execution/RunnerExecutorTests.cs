using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;

namespace MaaS.Serving.Tests.Execution;

public sealed class RunnerExecutorTests
{
    [TestCase(1, 1, true, 0)]
    [TestCase(100_000, 1, true, 1)]
    [TestCase(100_000, 1, false, 1)]
    [TestCase(1, 100_000, true, 1)]
    [TestCase(1, 100_000, false, 1)]
    [TestCase(100_000, 100_000, false, 2)]
    public async Task RunAsync_LargeTensors_CountHoweverTheyAreRun(int inputs, int outputs, bool isAtOnce, int expected)
    {
        var specs = new[] { new TensorSpec("y", ElementType.Float32, [outputs]) };
        var model = new ServedModel("m", 1, model: null, manifest: null, new Runner(outputs, specs, isAtOnce));
        var request = new InferenceRequest(
            model, new[] { TensorValue.Of(new float[inputs], [inputs]) }, new RequestContext());
        var before = LargeMemory.Uses;

        using var answer = await new RunnerExecutor().RunAsync(request, CancellationToken.None);

        Assert.That(answer[0].Count, Is.EqualTo(outputs));
        Assert.That(LargeMemory.Uses - before, Is.EqualTo(expected));
    }

    private sealed class Runner(int outputs, TensorSpec[] specs, bool isAtOnce) : IModelRunner
    {
        public async ValueTask<InferenceOutputs> RunAsync(InferenceRequest request, CancellationToken cancellationToken)
        {
            if (!isAtOnce)
            {
                await Task.Yield();
            }

            return new InferenceOutputs([TensorValue.Of(new float[outputs], [outputs])], specs);
        }

        public void Dispose()
        {
        }
    }
}
