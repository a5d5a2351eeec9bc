using System.Globalization;
using MaaS.Training.Fitting.Processes;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Fitting.Processes;

public sealed class SynchronizedBatchNormTests
{
    // The oracle is torch's own batch normalization of the whole batch.
    [TestCase(1, "affine")]
    [TestCase(2, "affine")]
    [TestCase(3, "plain")]
    public void Call_OnSharesOfABatch_IsTheNormalizationOfTheWhole(int count, string affine)
    {
        Mpirun.Require();
        var lines = Mpirun.Run(count, "batch-norm", affine);

        foreach (var error in lines.SelectMany(static l => l).SelectMany(static l => l.Split(' ')))
        {
            Assert.That(double.Parse(error, CultureInfo.InvariantCulture), Is.LessThan(1e-5));
        }

        Assert.That(lines, Is.All.Length.EqualTo(5));
    }

    [Test]
    public void Dispose_AfterAttach_LeavesTheLayersAsTheyWere()
    {
        using var norm = nn.BatchNorm1d(3);
        using var model = nn.Sequential(nn.Linear(2, 3), norm);
        using var processes = new SingleProcess();
        using var x = ones(4, 2);
        using (var attached = SynchronizedBatchNorm.Attach(model, processes))
        {
            Assert.That(attached.Layers, Is.EqualTo(1));
            _ = model.call(x);
            Assert.That(norm.training);
        }

        using var another = SynchronizedBatchNorm.Attach(model, processes);
        another.Dispose();
        _ = model.call(x);
        Assert.That(norm.num_batches_tracked!.item<long>(), Is.EqualTo(2));
    }
}
