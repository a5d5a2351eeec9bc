using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Benchmarks.Training;

/// <summary>Whether this process computes right numbers: float32 beside float64, which oneDNN does not serve.</summary>
internal static class NumberCheck
{
    /// <summary>Largest relative error of a parameter's gradient over one batch, by the 2-norm; the model is float64
    /// afterwards.</summary>
    /// <param name="model">In evaluation mode, so that dropout draws nothing.</param>
    /// <param name="inputs">(B, …).</param>
    /// <param name="targets">(B), int64.</param>
    /// <remarks>A gradient below a thousandth of all together is compared with that: it may be zero but for
    /// rounding.</remarks>
    public static double GradientError(nn.Module<Tensor, Tensor> model, Tensor inputs, Tensor targets)
    {
        var single = Gradients(model, inputs, targets);
        var exact = Gradients(
            model.to(ScalarType.Float64), inputs.is_floating_point() ? inputs.to(ScalarType.Float64) : inputs, targets);
        var whole = Math.Sqrt(exact.Sum(static g => Math.Pow(g.norm().item<double>(), 2)));
        return single.Zip(exact).Max(p =>
            (p.First.to(ScalarType.Float64) - p.Second).norm()
                .item<double>() / Math.Max(p.Second.norm().item<double>(), 1e-3 * whole));
    }

    /// <summary>Relative error of the input gradient of a convolution (2, 3, 16) to 2 channels, kernel 3.</summary>
    public static double ConvolutionError()
    {
        manual_seed(0);
        var (x, weight, gradient) = (randn(2, 3, 16), randn(2, 3, 3), randn(2, 2, 14));
        var single = InputGradient(x, weight, gradient).to(ScalarType.Float64);
        var exact = InputGradient(
            x.to(ScalarType.Float64), weight.to(ScalarType.Float64), gradient.to(ScalarType.Float64));
        return ((single - exact).norm() / exact.norm()).item<double>();
    }

    private static Tensor InputGradient(Tensor x, Tensor weight, Tensor gradient)
    {
        var input = x.detach().requires_grad_();
        return autograd.grad([nn.functional.conv1d(input, weight)], [input], [gradient])[0];
    }

    private static Tensor[] Gradients(nn.Module<Tensor, Tensor> model, Tensor inputs, Tensor targets)
        => [.. autograd.grad([nn.functional.cross_entropy(model.call(inputs), targets)], [.. model.parameters()])];
}
