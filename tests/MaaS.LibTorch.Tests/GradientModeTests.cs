using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.LibTorch.Tests;

public class GradientModeTests
{
    private DisposeScope _scope = null!;

    [SetUp]
    public void Enter() => _scope = NewDisposeScope();

    [TearDown]
    public void Leave() => _scope.Dispose();

    [Test]
    public void NoGrad_WhileIn_RecordsNothing()
    {
        var x = ones(2, requires_grad: true);
        using (no_grad())
        {
            Assert.That(is_grad_enabled(), Is.False);
            Assert.That((x * 2).requires_grad, Is.False);
            using (enable_grad()) Assert.That((x * 2).requires_grad);
            Assert.That(is_grad_enabled(), Is.False);
        }
        Assert.That((x * 2).requires_grad);
    }

    [Test]
    public void InferenceMode_WhileIn_MakesInferenceTensors()
    {
        var x = ones(2, requires_grad: true);
        using (var mode = inference_mode())
        {
            Assert.That(is_inference_mode_enabled());
            Assert.That((x * 2).requires_grad, Is.False);
            mode.Dispose();
            Assert.That(is_inference_mode_enabled(), Is.False);
        }
        Assert.That(is_inference_mode_enabled(), Is.False);
    }

    /// <summary>d²(x³)/dx² = 6x.</summary>
    [Test]
    public void Grad_WithCreateGraph_DifferentiatesTwice()
    {
        var x = tensor(new[] { 1f, 2, 3 }, requires_grad: true);
        var first = autograd.grad([x.pow(3).sum()], [x], create_graph: true)[0];
        first.sum().backward();
        Assert.That(x.grad!.data<float>(), Is.EqualTo(new[] { 6f, 12, 18 }));
    }

    [Test]
    public void Grad_OfUnusedInput_IsNullWhenAllowed()
    {
        var (x, y) = (ones(2, requires_grad: true), ones(2, requires_grad: true));
        var loss = (x * 2).sum();
        Assert.That(() => autograd.grad([loss], [y], retain_graph: true), Throws.Exception.With.Message.Contains("unused"));
        Assert.That(autograd.grad([loss], [x, y], allow_unused: true)[1], Is.Null);
    }

    [Test]
    public void Backward_WithInputs_ReachesOnlyThem()
    {
        var (x, y) = (ones(2, requires_grad: true), ones(2, requires_grad: true));
        (x * y).sum().backward(inputs: [x]);
        Assert.That(x.grad, Is.Not.Null);
        Assert.That(y.grad, Is.Null);
    }

    [Test]
    public void Grad_SetAndRetained_CanBeRead()
    {
        var x = ones(2, requires_grad: true);
        var y = x * 3;
        y.retain_grad();
        y.sum().backward();
        Assert.That(y.grad!.data<float>(), Is.EqualTo(new[] { 1f, 1 }));
        Assert.That((x.is_leaf, y.is_leaf), Is.EqualTo((true, false)));
        x.grad = null;
        Assert.That(x.grad, Is.Null);
        x.grad = zeros(2);
        Assert.That(x.grad!.sum().ToSingle(), Is.Zero);
        Assert.That(y.detach().requires_grad, Is.False);
    }

    [Test]
    public void SetNumThreads_ToOne_IsReadBack()
    {
        var before = get_num_threads();
        Assert.That(before, Is.EqualTo(int.TryParse(Environment.GetEnvironmentVariable("OMP_NUM_THREADS"), out var n) ? n : Environment.ProcessorCount));
        set_num_threads(1);
        Assert.That(get_num_threads(), Is.EqualTo(1));
        set_num_threads(before);
        Assert.That(() => set_num_threads(0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }
}
