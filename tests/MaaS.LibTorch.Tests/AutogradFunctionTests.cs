using System.Runtime.InteropServices;
using MaaS.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.LibTorch.Tests;

internal sealed class AutogradFunctionTests
{
    private sealed class ScaledProduct : autograd.SingleTensorFunction<ScaledProduct>
    {
        public override string Name => nameof(ScaledProduct);

        public override Tensor forward(autograd.AutogradContext ctx, params object?[] vars)
        {
            var (x, y, scale) = ((Tensor)vars[0]!, (Tensor)vars[1]!, (double)vars[2]!);
            ctx.save_for_backward([x, y]);
            ctx.save_data("scale", scale);
            return x * y * scale;
        }

        public override List<Tensor?> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var saved = ctx.get_saved_variables();
            var scale = (double)ctx.get_data("scale")!;
            return [grad_output * saved[1] * scale, grad_output * saved[0] * scale, null];
        }
    }

    private sealed class Failing : autograd.SingleTensorFunction<Failing>
    {
        public override string Name => nameof(Failing);

        public override Tensor forward(autograd.AutogradContext ctx, params object?[] vars) => ((Tensor)vars[0]!).clone();

        public override List<Tensor?> backward(autograd.AutogradContext ctx, Tensor grad_output)
            => throw new InvalidDataException("no gradient today");
    }

    [Test]
    public void Apply_InsideAGraph_GivesTheGradientsOfTheBuiltInOperators()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1f, -2f, 3f }).requires_grad_();
        var y = tensor(new[] { 4f, 5f, -6f }).requires_grad_();
        var seed = tensor(new[] { 0.5f, 1f, 2f });

        var own = autograd.grad([ScaledProduct.apply(x * x, y.exp(), 3.0)], [x, y], [seed]);
        var builtIn = autograd.grad([x * x * y.exp() * 3.0], [x, y], [seed]);

        Assert.Multiple(() =>
        {
            Assert.That(own[0].data<float>().ToArray(), Is.EqualTo(builtIn[0].data<float>().ToArray()).Within(1e-5));
            Assert.That(own[1].data<float>().ToArray(), Is.EqualTo(builtIn[1].data<float>().ToArray()).Within(1e-5));
        });
    }

    [Test]
    public void Apply_NothingRequiresGradients_RecordsNothing()
    {
        using var scope = NewDisposeScope();
        var product = ScaledProduct.apply(ones(3), ones(3), 2.0);
        Assert.That(product.requires_grad, Is.False);
    }

    [Test]
    public void Backward_SavedTensorWasChangedInPlace_Throws()
    {
        using var scope = NewDisposeScope();
        var x = ones(3).requires_grad_();
        var y = ones(3);
        var product = ScaledProduct.apply(x, y, 2.0).sum();
        y.add_(1);
        Assert.That(() => product.backward(), Throws.InstanceOf<ExternalException>().With.Message.Contains("inplace"));
    }

    [Test]
    public void Backward_Throws_TheMessageArrives()
    {
        using var scope = NewDisposeScope();
        var x = ones(3).requires_grad_();
        var sum = Failing.apply(x).sum();
        Assert.That(() => sum.backward(), Throws.InstanceOf<ExternalException>().With.Message.Contains("no gradient today"));
    }

    [Test]
    public void Apply_ManyTimes_LeavesNoTensorAlive()
    {
        void Step()
        {
            using var scope = NewDisposeScope();
            var x = ones(100).requires_grad_();
            ScaledProduct.apply(x, x.exp(), 2.0).sum().backward();
        }

        Step();
        var before = LiveTensors.Settled();
        for (var i = 0; i < 20; i++)
        {
            Step();
        }

        Assert.That(Tensor.TotalCount, Is.EqualTo(before));
    }
}
