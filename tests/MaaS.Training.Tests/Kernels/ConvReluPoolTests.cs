using MaaS.Training.Kernels;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Kernels;

internal sealed class ConvReluPoolTests
{
    [TestCase(1, 1, 28, 28, 32)]
    [TestCase(5, 1, 28, 28, 3)]
    [TestCase(3, 3, 32, 32, 8)]
    [TestCase(2, 2, 9, 7, 5)]
    [TestCase(1, 1, 4, 4, 1)]
    [TestCase(2, 1, 6, 75, 2)]
    public void Call_RecordingGradients_EqualsTorchsOperators(int batch, int inputs, int height, int width, int outputs)
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        var conv = nn.Conv2d(inputs, outputs, 3);
        var x = randn([batch, inputs, height, width]);
        var fused = ConvReluPool.Call(x, conv);
        var plain = nn.functional.max_pool2d(nn.functional.relu(conv.call(x)), 2);
        var seed = randn(plain.shape);
        var fusedGradients = autograd.grad([fused], [conv.weight, conv.bias!], [seed]);
        var plainGradients = autograd.grad([plain], [conv.weight, conv.bias!], [seed]);

        Assert.That(fused.shape, Is.EqualTo(plain.shape));
        AssertClose(fused, plain, 1e-5);
        AssertClose(fusedGradients[0], plainGradients[0], 1e-4);
        AssertClose(fusedGradients[1], plainGradients[1], 1e-4);
    }

    [Test]
    public void Call_EqualValuesInAWindow_TheFirstGetsTheGradientAsInTorch()
    {
        using var scope = NewDisposeScope();
        var conv = nn.Conv2d(1, 1, 3);
        var x = ones([1, 1, 6, 6]);
        x[0, 0, 2, 3] = tensor(1f);
        using (no_grad())
        {
            conv.weight.fill_(0.5);
            conv.bias!.zero_();
        }

        var fused = autograd.grad([ConvReluPool.Call(x, conv).sum()], [conv.weight]);
        var plain = autograd.grad([nn.functional.max_pool2d(nn.functional.relu(conv.call(x)), 2).sum()], [conv.weight]);
        AssertClose(fused[0], plain[0], 0);
    }

    [Test]
    public void Call_NanInTheInput_StaysNan()
    {
        using var scope = NewDisposeScope();
        var conv = nn.Conv2d(1, 2, 3);
        var x = ones([1, 1, 28, 28]);
        x[0, 0, 13, 13] = tensor(float.NaN);
        Assert.That(ConvReluPool.Call(x, conv).isnan().any().item<bool>(), Is.True);
    }

    [Test]
    public void Call_InputNeedsAGradient_GetsIt()
    {
        using var scope = NewDisposeScope();
        var conv = nn.Conv2d(1, 2, 3);
        var x = randn([2, 1, 10, 10]).requires_grad_();
        ConvReluPool.Call(x, conv).sum().backward();
        Assert.That(x.grad!.abs().sum().item<float>(), Is.GreaterThan(0));
    }

    private static void AssertClose(Tensor actual, Tensor expected, double tolerance)
    {
        var difference = (actual - expected).abs().max().item<float>();
        var scale = Math.Max(1, expected.abs().max().item<float>());
        Assert.That(difference, Is.LessThanOrEqualTo(tolerance * scale));
    }
}
