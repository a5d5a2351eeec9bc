using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.LibTorch.Tests;

/// <summary>Random numbers equal PyTorch's for the same seed; the numbers are those of python3-torch 1.13.1.</summary>
public class RandomTests
{
    private DisposeScope _scope = null!;

    [SetUp]
    public void Enter() => _scope = NewDisposeScope();

    [TearDown]
    public void Leave() => _scope.Dispose();

    // torch.manual_seed(42); torch.rand(3); torch.randn(3); torch.randint(0, 100, (3,)); torch.randperm(5)
    [Test]
    public void ManualSeed_ThenSamples_GivesPyTorchsNumbers()
    {
        manual_seed(42);
        Assert.That(rand(3).data<float>(), Is.EqualTo(new[] { 0.8822693f, 0.9150040f, 0.3828638f }).Within(1e-6));
        Assert.That(randn(3).data<float>(), Is.EqualTo(new[] { -0.8293192f, -1.6137069f, -0.2147045f }).Within(1e-6));
        Assert.That(randint(0, 100, [3]).data<long>(), Is.EqualTo(new long[] { 14, 10, 54 }));
        Assert.That(randperm(5).data<long>(), Is.EqualTo(new long[] { 1, 0, 4, 2, 3 }));
        Assert.That(initial_seed(), Is.EqualTo(42));
    }

    [Test]
    public void Generator_OfItsOwn_LeavesTheDefaultAlone()
    {
        manual_seed(1);
        var expected = rand(4);
        manual_seed(1);
        using var generator = new Generator(7);
        var first = randn((long[])[4], generator: generator);
        Assert.That(rand(4).Equals(expected));
        generator.manual_seed(7);
        Assert.That(randn((long[])[4], generator: generator).Equals(first));
    }

    [Test]
    public void State_OfGenerator_ReplaysWhatFollowed()
    {
        using var generator = new Generator(3);
        var state = generator.get_state();
        var first = rand((long[])[4], generator: generator);
        generator.set_state(state);
        Assert.That(rand((long[])[4], generator: generator).Equals(first));
        var whole = get_rng_state();
        var next = rand(2);
        set_rng_state(whole);
        Assert.That(rand(2).Equals(next));
    }

    [Test]
    public void Use_OfDisposedGenerator_Throws()
    {
        var generator = new Generator(3);
        generator.Dispose();
        Assert.That(() => rand((long[])[1], generator: generator), Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public void Bernoulli_OfHalf_HasItsMean()
    {
        manual_seed(0);
        Assert.That(empty(10000).bernoulli_(0.25).mean().ToDouble(), Is.EqualTo(0.25).Within(0.02));
        Assert.That(empty(10000).uniform_(2, 4).mean().ToDouble(), Is.EqualTo(3).Within(0.05));
        Assert.That(empty(10000).normal_(1, 0.5).std().ToDouble(), Is.EqualTo(0.5).Within(0.02));
        Assert.That(multinomial(tensor(new[] { 0f, 1, 0 }), 5, true).sum().ToInt64(), Is.EqualTo(5));
    }
}
