using MaaS.Training.Interop;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Processes;

/// <summary>Makes the buffers equal that differ between processes: the running statistics of batch norm.</summary>
internal static class BufferAverage
{
    /// <summary>Sets the running statistics to the mean of all processes; other buffers stay.</summary>
    /// <param name="group">Null or one process: nothing happens.</param>
    /// <param name="module">Of the same shapes everywhere.</param>
    public static void Take(IProcessGroup? group, nn.Module module)
    {
        if (group is not { Size: > 1 })
        {
            return;
        }

        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor[] buffers =
        [
            .. module.modules().OfType<NormBase>().Where(static n => n.running_mean is not null)
                .SelectMany(static n => new[] { n.running_mean!, n.running_var! }),
        ];
        if (buffers.Length == 0)
        {
            return;
        }

        var values = cat([.. buffers.Select(static b => b.detach().to(ScalarType.Float32, CPU).flatten())]);
        group.Sum(FloatSpan.Of(values));
        values.div_(group.Size);
        var start = 0L;
        foreach (var buffer in buffers)
        {
            buffer.copy_(values.narrow(0, start, buffer.numel()).view(buffer.shape));
            start += buffer.numel();
        }
    }
}
