using MaaS.Training.Interop;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Processes;

/// <summary>A tensor summed up over processes, with its gradient: what a process's part does to the losses of all of
/// them, which is the sum of all their gradients.</summary>
internal sealed class ProcessSum : autograd.SingleTensorFunction<ProcessSum>
{
    private const string Group = "processes";

    /// <inheritdoc/>
    public override string Name => nameof(ProcessSum);

    /// <summary>Sums up a tensor.</summary>
    /// <param name="values">float32, of the same shape everywhere.</param>
    /// <param name="processes">All call this in the same order, forward and backward.</param>
    public static Tensor Of(Tensor values, IProcessGroup processes) => apply(values, processes);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var processes = (IProcessGroup)vars[1];
        ctx.save_data(Group, processes);
        return Sum((Tensor)vars[0], processes);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        => [Sum(grad_output, (IProcessGroup)ctx.get_data(Group)), null!];

    private static Tensor Sum(Tensor values, IProcessGroup processes)
    {
        var sum = values.detach().to(CPU, copy: true).contiguous();
        processes.Sum(FloatSpan.Of(sum));
        return sum.to(values.device);
    }
}
