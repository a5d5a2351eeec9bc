using MaaS.Training.Interop;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Processes;

/// <summary>Keeps a module the same in all processes.</summary>
internal static class ProcessWeights
{
    /// <summary>Gives every process the parameters and buffers of process 0.</summary>
    /// <param name="module">Of the same shape everywhere.</param>
    /// <param name="processes">All call this.</param>
    public static void Broadcast(nn.Module module, IProcessGroup processes)
    {
        if (processes.Size == 1)
        {
            return;
        }

        using var noGrad = no_grad();
        foreach (var tensor in module.state_dict().Values)
        {
            using var scope = NewDisposeScope();
            var copy = tensor.detach().to(CPU, copy: true).contiguous();
            processes.Broadcast(copy.bytes, root: 0);
            tensor.copy_(copy);
        }
    }

    /// <summary>Sets the buffers that differ between processes, the running statistics of batch norm, to their
    /// mean.</summary>
    /// <param name="module">Of the same shape everywhere.</param>
    /// <param name="processes">All call this.</param>
    public static void AverageBuffers(nn.Module module, IProcessGroup processes)
    {
        if (processes.Size == 1)
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
        processes.Sum(FloatSpan.Of(values));
        values.div_(processes.Size);
        var start = 0L;
        foreach (var buffer in buffers)
        {
            buffer.copy_(values.narrow(0, start, buffer.numel()).view(buffer.shape));
            start += buffer.numel();
        }
    }
}
