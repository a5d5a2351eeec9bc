using MaaS.Training.Models.Transformers;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Models.Transformers;

public sealed class PositionTests
{
    [TestCase(6)]
    [TestCase(5)]
    public void Sinusoidal_Table_IsThePapersFormula(int width)
    {
        using var scope = NewDisposeScope();
        using var positions = new SinusoidalPositions(width, 40);
        var table = positions.call(zeros(1, 7, width), 30);
        for (var t = 0; t < 7; t++)
        {
            for (var i = 0; i < width; i++)
            {
                var angle = (30 + t) / Math.Pow(10000, (i - (i % 2)) / (double)width);
                Assert.That(
                    table[0, t, i].item<float>(),
                    Is.EqualTo(i % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle)).Within(1e-6));
            }
        }

        Assert.That(positions.state_dict(), Is.Empty);
    }

    [Test]
    public void Forward_AfterTheModuleMoved_FollowsItsInput(
        [Values] bool rotary, [Values(ScalarType.Float32, ScalarType.BFloat16)] ScalarType type)
    {
        using var scope = NewDisposeScope();
        using nn.Module<Tensor, long, Tensor> positions = rotary
            ? new RotaryPositions(4, 10) : new SinusoidalPositions(4, 10);
        long[] shape = rotary ? [1, 2, 3, 4] : [2, 3, 4];
        foreach (var device in new[] { CPU, META })
        {
            var output = positions.to(device, type).call(ones(shape, type, device), 2);
            Assert.That((output.device_type, output.dtype, output.shape), Is.EqualTo((device.type, type, shape)));
        }
    }

    [Test]
    public void Rotary_Pairs_TurnAsComplexNumbers()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        using var positions = new RotaryPositions(6, 20);
        var heads = randn(2, 3, 4, 6);
        var turned = positions.call(heads, 9);
        for (var t = 0; t < 4; t++)
        {
            for (var i = 0; i < 3; i++)
            {
                var turn = System.Numerics.Complex.FromPolarCoordinates(1, (9 + t) * Math.Pow(10000, -2.0 * i / 6));
                var expected = turn * new System.Numerics.Complex(
                    heads[1, 2, t, i].item<float>(), heads[1, 2, t, i + 3].item<float>());
                Assert.That(turned[1, 2, t, i].item<float>(), Is.EqualTo(expected.Real).Within(1e-6));
                Assert.That(turned[1, 2, t, i + 3].item<float>(), Is.EqualTo(expected.Imaginary).Within(1e-6));
            }
        }
    }

    [Test]
    public void Rotary_ProductOfQueryAndKey_DependsOnTheirDistance()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        using var positions = new RotaryPositions(8, 64);
        var (query, key) = (randn(1, 1, 1, 8), randn(1, 1, 1, 8));
        float Product(long q, long k) => (positions.call(query, q) * positions.call(key, k)).sum().item<float>();
        Assert.That(Product(12, 5), Is.EqualTo(Product(57, 50)).Within(1e-5));
        Assert.That(Product(12, 5), Is.Not.EqualTo(Product(12, 6)).Within(1e-2));
    }

    [Test]
    public void Positions_BeyondTheMaximum_AreRefused()
    {
        using var scope = NewDisposeScope();
        using var learned = new LearnedPositions(4, 8);
        using var sinusoidal = new SinusoidalPositions(4, 8);
        using var rotary = new RotaryPositions(4, 8);
        Func<Tensor>[] calls = [
            () => learned.call(zeros(1, 4, 4), 5), () => sinusoidal.call(zeros(1, 9, 4), 0),
            () => rotary.call(zeros(1, 1, 1, 4), 8),
        ];
        foreach (var call in calls)
        {
            Assert.That(() => call(), Throws.ArgumentException.With.Message.Contains("at most 8 positions, got 9"));
        }

        Assert.That(
            () => new RotaryPositions(5, 8), Throws.ArgumentException.With.Message.Contains("even head size, got 5"));
    }
}
