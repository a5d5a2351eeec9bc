using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.LibTorch.Tests;

/// <summary>Arithmetic of a tensor with a number, values and types as PyTorch gives them.</summary>
public class ScalarArithmeticTests
{
    private DisposeScope _scope = null!;

    [SetUp]
    public void Enter() => _scope = NewDisposeScope();

    [TearDown]
    public void Leave() => _scope.Dispose();

    private static IEnumerable<TestCaseData> Cases()
    {
        yield return Case("add", () => ones(2) + 1e300, ScalarType.Float32, double.PositiveInfinity);
        yield return Case("sub nan", () => ones(2) - double.NaN, ScalarType.Float32, double.NaN);
        yield return Case("add alpha", () => ones(2).add(2, alpha: 0.5), ScalarType.Float32, 2);
        yield return Case("mul", () => ones(2) * 16777217L, ScalarType.Float32, 16777216);
        yield return Case("mul third", () => full([2], 3f) * (1.0 / 3), ScalarType.Float32, 3f * (float)(1.0 / 3));
        yield return Case("div", () => ones(2) / 3, ScalarType.Float32, 1f / 3f);
        yield return Case("div zero", () => ones(2) / 0, ScalarType.Float32, double.PositiveInfinity);
        yield return Case("mul_", () => ones(2).mul_(0.1), ScalarType.Float32, 0.1f);
        yield return Case("number", () => tensor(2f) * 2.5, ScalarType.Float32, 5);
        yield return Case("double", () => ones(2, float64) * 0.1, ScalarType.Float64, 0.1);
        yield return Case("long", () => ones(2, int64) + 1.5, ScalarType.Float32, 2.5);
        yield return Case("bfloat16", () => ones(2, bfloat16) + 0.00390625, ScalarType.BFloat16, 1);
    }

    [TestCaseSource(nameof(Cases))]
    public void Operator_WithNumber_EqualsPyTorch(Func<Tensor> operation, ScalarType type, double expected)
    {
        var result = operation();
        Assert.That(result.dtype, Is.EqualTo(type));
        Assert.That(result.flatten()[0].ToDouble(), Is.EqualTo(expected));
    }

    [Test]
    public void Gradient_ThroughNumbers_IsTheirs()
    {
        var x = ones(2, requires_grad: true);
        (((x + 1.0) * 3.0 - 2.0) / 4.0).sum().backward();
        Assert.That(x.grad!.data<float>().ToArray(), Is.EqualTo(new[] { 0.75f, 0.75f }));
        Assert.That(() => x.add_(1.0), Throws.Exception.With.Message.Contains("leaf Variable"));
    }

    private static TestCaseData Case(string name, Func<Tensor> operation, ScalarType type, double expected) =>
        new TestCaseData(operation, type, expected).SetArgDisplayNames(name);
}
