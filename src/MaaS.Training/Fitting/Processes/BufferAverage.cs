using MaaS.Training.Interop;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Processes;

/// <summary>Makes the buffers equal that differ between processes: the running statistics of batch norm.</summary>
internal static class BufferAverage
{
    /// <summary>Sets every buffer of floating point to the mean of all processes.</summary>
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
        Tensor[] buffers = [.. module.buffers().Where(static b => b.is_floating_point())];
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
