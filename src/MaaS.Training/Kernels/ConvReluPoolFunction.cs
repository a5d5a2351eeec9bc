using MaaS.Training.Interop;
using static TorchSharp.torch;

namespace MaaS.Training.Kernels;

/// <summary>The fused kernel as a differentiable operation of weight and bias; the input gets no gradient.</summary>
internal sealed class ConvReluPoolFunction : autograd.SingleTensorFunction<ConvReluPoolFunction>
{
    private const string Shape = "shape";

    /// <inheritdoc/>
    public override string Name => nameof(ConvReluPoolFunction);

    /// <inheritdoc/>
    /// <param name="ctx">Keeps the split input and the windows' choices.</param>
    /// <param name="vars">Input (B, C, H, W), weight (O, C, 3, 3), bias (O).</param>
    public override Tensor forward(autograd.AutogradContext ctx, params object?[] vars)
    {
        var (input, weight, bias) = ((Tensor)vars[0]!, (Tensor)vars[1]!, (Tensor)vars[2]!);
        var s = input.shape;
        var shape = new ConvReluPoolShape((int)s[0], (int)s[1], (int)s[2], (int)s[3], (int)weight.shape[0]);
        var output = empty([shape.Batch, shape.Outputs, shape.PooledHeight, shape.PooledWidth], ScalarType.Float32);
        var planes = empty([shape.Batch, shape.Inputs, shape.Height, 2, shape.HalfRow], ScalarType.Float32);
        var choice = empty([shape.OutputLength + ConvReluPoolShape.Lanes], ScalarType.Byte);
        ConvReluPoolKernel.Split(shape, FloatSpan.Of(input), FloatSpan.Of(planes));
        ConvReluPoolKernel.Forward(
            shape, FloatSpan.Of(planes), FloatSpan.Of(weight), FloatSpan.Of(bias), FloatSpan.Of(output), choice.bytes);
        ctx.save_for_backward([planes, choice]);
        ctx.save_data(Shape, shape);
        return output;
    }

    /// <inheritdoc/>
    public override List<Tensor?> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var shape = (ConvReluPoolShape)ctx.get_data(Shape)!;
        var saved = ctx.get_saved_variables();
        var weight = empty([shape.Outputs, shape.Inputs, 3, 3], ScalarType.Float32);
        var bias = empty([shape.Outputs], ScalarType.Float32);
        ConvReluPoolKernel.Backward(
            shape, FloatSpan.Of(saved[0]), saved[1].bytes, FloatSpan.Of(grad_output.contiguous()), FloatSpan.Of(weight),
            FloatSpan.Of(bias));
        return [null, weight, bias];
    }
}
