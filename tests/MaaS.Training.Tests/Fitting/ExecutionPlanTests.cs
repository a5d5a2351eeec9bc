using MaaS.Training.Fitting;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Fitting;

internal sealed class ExecutionPlanTests
{
    private static readonly TrainerOptions Threads = new() { Threads = 4 };

    [Test]
    public void For_SequentialOfLayersWithoutState_GivesEachThreadAWorker()
    {
        using var model = nn.Sequential(nn.Flatten(), nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 2));

        var plan = Plan(model, Threads);

        Assert.That((plan.Workers, plan.ThreadsPerWorker, plan.MicroBatch), Is.EqualTo((4, 1, 1024)));
    }

    [Test]
    public void For_DerivedFromSequential_IsOneWorker()
    {
        using var model = new Halved(nn.Linear(16, 2));

        Assert.That(Plan(model, Threads).Workers, Is.EqualTo(1), "its forward is not known");
    }

    [TestCase(40, 2)]
    [TestCase(5, 1)]
    public void For_SmallBatch_GivesEachWorker16Samples(long batchSize, int workers)
    {
        using var model = nn.Sequential(nn.Linear(16, 2));

        Assert.That(ExecutionPlan.For(model, Threads, CPU, batchSize, divided: true).Workers, Is.EqualTo(workers));
    }

    [Test]
    public void For_WorkersAndALayerOfTheBatch_ThrowsAndNamesIt()
        => Assert.Multiple(() =>
        {
            using var norm = nn.Sequential(nn.Linear(16, 8), nn.BatchNorm1d(8));
            using var dropout = nn.Sequential(nn.Linear(16, 8), nn.Dropout(0.5));
            Assert.That(
                () => Plan(norm, Threads with { Workers = 2 }),
                Throws.ArgumentException.With.Message.Contains(
                    "Workers: expected 1 for a module with BatchNorm1d ('1')"));
            Assert.That(
                () => Plan(dropout, Threads with { Workers = 2 }),
                Throws.ArgumentException.With.Message.Contains("Dropout ('1')"));
            Assert.That(Plan(norm, Threads with { Workers = 1 }).Workers, Is.EqualTo(1));
        });

    private static ExecutionPlan Plan(nn.Module<Tensor, Tensor> model, TrainerOptions options)
        => ExecutionPlan.For(model, options, CPU, batchSize: 128, divided: true);

    private sealed class Halved(nn.Module<Tensor, Tensor> layer) : Sequential(("layer", layer))
    {
        public override Tensor forward(Tensor tensor) => base.forward(nn.functional.dropout(tensor, 0.5, training));
    }
}
