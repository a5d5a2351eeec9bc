using MaaS.Training.Fitting.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Fitting.Tasks;

internal sealed class MixingTests
{
    // Image i is all i, so a mixed pixel tells what it is made of.
    private static (Tensor Inputs, Tensor Targets) Batch()
        => (arange(6, ScalarType.Float32).reshape(6, 1, 1, 1).expand(6, 2, 8, 10).contiguous(), arange(6));

    [TestCase(3)]
    [TestCase(4)]
    public void Mixup_OfABatch_MixesInputsAndTargetsAlike(int seed)
    {
        using var scope = NewDisposeScope();
        manual_seed(seed);
        var (inputs, targets) = new Mixup(1, classes: 6).Apply(Batch());

        Assert.That(targets.shape, Is.EqualTo(new long[] { 6, 6 }));
        Assert.That(targets.sum(1).allclose(ones(6)), Is.True);
        Assert.That((targets > 0).sum().item<long>(), Is.GreaterThan(6), "at least one has a partner");
        var expected = targets.mv(arange(6, ScalarType.Float32)).reshape(6, 1, 1, 1).expand_as(inputs);
        Assert.That(inputs.allclose(expected, 1e-5, 1e-5), Is.True);
    }

    [Test]
    public void CutMix_OfABatch_WeighsTargetsByTheArea()
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        var pasted = 0;
        for (var i = 0; i < 20; i++)
        {
            var (inputs, targets) = new CutMix(classes: 6).Apply(Batch());
            var mean = inputs.mean([1, 2, 3]);                                  // share·own + (1 − share)·other
            Assert.That(mean.allclose(targets.mv(arange(6, ScalarType.Float32)), 1e-5, 1e-5), Is.True);
            Assert.That(inputs.eq(inputs.round()).all().item<bool>(), Is.True, "every pixel is one of one image");
            pasted += inputs.eq(Batch().Inputs).all().item<bool>() ? 0 : 1;
        }

        Assert.That(pasted, Is.GreaterThan(10));
    }

    [Test]
    public void Mixup_OfNumbers_KeepsTheirShape()
    {
        using var scope = NewDisposeScope();
        manual_seed(6);
        var (inputs, targets) = new Mixup(1).Apply(
            (arange(5, ScalarType.Float32).unsqueeze(1), 2 * arange(5, ScalarType.Float32)));
        Assert.That(targets.allclose(2 * inputs.squeeze(1), 1e-5, 1e-5), Is.True);
    }

    [Test]
    public void Mixup_ManyShares_AreDistributedAsBeta()
    {
        using var scope = NewDisposeScope();
        manual_seed(7);
        var mixup = new Mixup(0.5);
        double[] shares = [.. Enumerable.Range(0, 2000).Select(_ =>
        {
            using var inner = NewDisposeScope();
            // Two rows, 0 and 1, that are each other's partners or their own: the first then holds 1 − share, or 0.
            return (double)mixup.Apply((tensor(new[] { 0f, 1 }), tensor(new[] { 0f, 1 }))).Inputs[1].item<float>();
        }).Where(static s => s < 1)];
        Assert.That(shares.Average(), Is.EqualTo(0.5).Within(0.05));
        // The variance of Beta(α, α) is 1 / (4·(2·α + 1)).
        Assert.That(shares.Average(static s => (s - 0.5) * (s - 0.5)), Is.EqualTo(0.125).Within(0.01));
    }

    [Test]
    public void Loss_OfATaskThatMixes_MixesTrainingBatchesAlone()
    {
        using var scope = NewDisposeScope();
        using var model = nn.Identity();
        var task = new RegressionTask { Mix = new Mixup(1).Apply };
        var batch = (tensor(new[] { 0f, 10 }), tensor(new[] { 0f, 0 }));
        manual_seed(1);
        double Loss(bool validating) => task.Loss(model, batch, new RecordedMetrics(validating)).Sum.item<float>();

        Assert.That(Enumerable.Range(0, 5).Select(_ => Loss(validating: true)), Is.All.EqualTo(100));
        Assert.That(Enumerable.Range(0, 10).Select(_ => Loss(validating: false)), Has.Some.LessThan(99));
    }

    [Test]
    public void CutMix_OfRows_IsRefused()
    {
        using var scope = NewDisposeScope();
        Assert.That(
            () => new CutMix().Apply((zeros(4, 3), zeros(4))),
            Throws.ArgumentException.With.Message.Contains("(B,C,H,W)"));
    }
}
