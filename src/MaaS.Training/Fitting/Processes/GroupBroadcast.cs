using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Processes;

/// <summary>Gives every process the tensors of rank 0.</summary>
internal static class GroupBroadcast
{
    /// <param name="group">Null or one process: nothing happens.</param>
    /// <param name="tensors">Of the same names, shapes and types everywhere; overwritten in place elsewhere.</param>
    public static void Send(IProcessGroup? group, IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        if (group is not { Size: > 1 })
        {
            return;
        }

        using var noGrad = no_grad();
        foreach (var (_, tensor) in tensors.OrderBy(static t => t.Key, StringComparer.Ordinal))
        {
            using var scope = NewDisposeScope();
            var plain = tensor.detach().cpu().contiguous();
            plain = plain.device_type == tensor.device_type ? plain.clone() : plain;
            group.Broadcast(plain.bytes, root: 0);
            tensor.copy_(plain);
        }
    }
}
