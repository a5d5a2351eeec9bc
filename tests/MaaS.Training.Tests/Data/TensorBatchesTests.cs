using MaaS.Tests;
using MaaS.Training.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Data;

internal sealed class TensorBatchesTests
{
    private static float[] Firsts(TensorBatches<(Tensor X, Tensor Y)> source, EpochPlan plan)
    {
        List<float> firsts = [];
        foreach (var batch in source.Read(plan, CancellationToken.None))
        {
            Assert.That(batch.Value.Y.mul(2).eq(batch.Value.X).all().item<bool>(), Is.True, "rows stay together");
            Assert.That(batch.Value.X.shape[0], Is.EqualTo(batch.Samples));
            firsts.AddRange(batch.Value.X.data<float>());
            TensorTree.Dispose(batch.Value);
        }

        return [.. firsts];
    }

    private static TensorBatches<(Tensor X, Tensor Y)> Numbers(int count)
        => new((arange(count, ScalarType.Float32) * 2, arange(count, ScalarType.Float32)));

    [Test]
    public void Read_AnEpoch_GivesEverySampleOnceInAnOrderOfSeedAndEpoch()
    {
        using var scope = NewDisposeScope();
        var source = Numbers(23);
        var first = Firsts(source, new EpochPlan(1, 1, 5, CPU));
        Assert.That(first.Order(), Is.EqualTo(Enumerable.Range(0, 23).Select(static i => 2f * i)));
        Assert.That(Firsts(source, new EpochPlan(1, 1, 5, CPU)), Is.EqualTo(first));
        Assert.That(Firsts(source, new EpochPlan(1, 2, 5, CPU)), Is.Not.EqualTo(first));
        Assert.That(Firsts(source, new EpochPlan(1, 1, 5, CPU, Skip: 2)), Is.EqualTo(first[10..]));
        Assert.That(Firsts(source, new EpochPlan(1, 1, 5, CPU, Shuffle: false)), Is.Ordered);
    }

    [Test]
    public void Read_ByProcesses_SharesTheBatches()
    {
        using var scope = NewDisposeScope();
        var source = Numbers(23);
        var (whole, zero, one) = (
            Firsts(source, new EpochPlan(1, 1, 5, CPU)),
            Firsts(source, new EpochPlan(1, 1, 5, CPU, Rank: 0, Processes: 2)),
            Firsts(source, new EpochPlan(1, 1, 5, CPU, Rank: 1, Processes: 2)));
        Assert.That(zero, Is.EqualTo(whole[..5].Concat(whole[10..15]).Concat(whole[20..])));
        Assert.That(one, Is.EqualTo(whole[5..10].Concat(whole[15..20])));
    }

    [Test]
    public void Read_Batches_LeavesNoTensors()
    {
        using var source = arange(40, ScalarType.Float32);
        var batches = new TensorBatches<Tensor>(source);
        var live = LiveTensors.Settled();
        foreach (var batch in batches.Read(new EpochPlan(1, 1, 7, CPU), CancellationToken.None))
        {
            batch.Value.Dispose();
        }

        Assert.That(Tensor.TotalCount, Is.EqualTo(live));
    }

    [Test]
    public void Fingerprint_OfOtherValues_IsAnother()
    {
        using var scope = NewDisposeScope();
        var x = arange(6, ScalarType.Float32);
        Assert.That(
            new TensorBatches<Tensor>(x).Fingerprint, Is.EqualTo(new TensorBatches<Tensor>(x.clone()).Fingerprint));
        Assert.That(
            new TensorBatches<Tensor>(x).Fingerprint, Is.Not.EqualTo(new TensorBatches<Tensor>(x + 1).Fingerprint));
        Assert.That(
            new TensorBatches<Tensor>(x).Fingerprint,
            Is.Not.EqualTo(new TensorBatches<Tensor>(x.reshape(3, 2)).Fingerprint));
    }

    [Test]
    public void Create_OfDifferentLengths_IsRefused()
    {
        using var scope = NewDisposeScope();
        Assert.That(
            () => new TensorBatches<(Tensor, Tensor)>((zeros(4, 2), zeros(3))),
            Throws.ArgumentException.With.Message.Contains("(4,2)").And.Message.Contains("(3)"));
        Assert.That(() => new TensorBatches<Tensor>(zeros(0)), Throws.ArgumentException);
    }
}
