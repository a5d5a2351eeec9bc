using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;

namespace MaaS.Serving.Tests.Execution;

/// <summary>Short runs on bound memory. The model gives back what it gets.</summary>
public sealed class ModelRunnerTests
{
    private ComputeThreads _threads = null!;
    private InferenceModel _model = null!;
    private ModelRunner _runner = null!;

    [SetUp]
    public void Load()
    {
        _threads = new ComputeThreads();
        _model = InferenceModel.Load(ModelsFolder.Fixture("same.onnx"));
        _runner = new ModelRunner(
            _model, new BatchingOptions(8, TimeSpan.Zero, [], 100, 2), _threads, TimeProvider.System);
    }

    [TearDown]
    public void Free()
    {
        _runner.Dispose();
        _model.Dispose();
        _threads.Dispose();
    }

    [Test]
    public async Task RunAsync_AnswersHeldWhileOthersRun_KeepTheirValues()
    {
        List<InferenceOutputs> held = [];
        for (var i = 0; i < 50; i++)
        {
            held.Add(await Run([i, i + 1, i + 2, i + 3], 2, 2));
        }

        for (var i = 0; i < held.Count; i++)
        {
            Assert.That(held[i][0].AsSpan<float>().ToArray(), Is.EqualTo(new[] { i, i + 1f, i + 2, i + 3 }));
            held[i].Dispose();
        }
    }

    [Test]
    public async Task RunAsync_ManyShapesAndThreads_NeverMixesAnswers()
        => await Parallel.ForEachAsync(
            Enumerable.Range(0, 4000), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
        {
            var values = Enumerable.Range(0, 1 + i % 13).Select(k => (float)(i * 20 + k)).ToArray();

            using var outputs = await Run(values, 1, values.Length);

            Assert.That(outputs[0].AsSpan<float>().ToArray(), Is.EqualTo(values));
        });

    [Test]
    public void RunAsync_WrongShape_ThrowsBeforeAnythingRuns()
        => Assert.That(async () => await Run([1, 2], 2), Throws.TypeOf<ModelInputException>());

    [Test]
    public void RunAsync_DeadlinePassed_Throws()
        => Assert.That(async () => await Run([1], [1, 1], deadline: 1), Throws.TypeOf<DeadlineExceededException>());

    [Test]
    public async Task RunAsync_LargerInputs_AllocateNoMoreThanSmallOnes()
    {
        async Task<long> Allocated(int count)
        {
            var values = new float[count];
            (await Run(values, 1, count)).Dispose();
            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var i = 0; i < 20; i++)
            {
                (await Run(values, 1, count)).Dispose();
            }

            return GC.GetTotalAllocatedBytes(precise: true) - before;
        }

        var small = await Allocated(10);

        // Twenty copies of 200 kB would be four million bytes; other threads of the process allocate some.
        Assert.That(await Allocated(50_000), Is.LessThan(small + 400_000));
    }

    private ValueTask<InferenceOutputs> Run(float[] values, params long[] shape) => Run(values, shape, null);

    private ValueTask<InferenceOutputs> Run(float[] values, long[] shape, long? deadline)
    {
        var request = new InferenceRequest(
            new ServedModel("same", 1, null, null, _runner), new[] { TensorValue.Of(values, shape) },
            new RequestContext { Deadline = deadline });
        return _runner.RunAsync(request, CancellationToken.None);
    }
}
