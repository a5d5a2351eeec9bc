using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Processes;

/// <summary>Batch normalization over the batch of all processes: while attached, a module's layers take mean and
/// variance of the samples of all of them, as if one process had the whole batch.</summary>
/// <remarks>Two small messages a layer in the forward pass and two in the backward pass, waited for. Ioffe and Szegedy
/// 2015, algorithm 1; the gradient is that of the whole expression.</remarks>
public sealed class SynchronizedBatchNorm : IDisposable
{
    private readonly List<Action> _unhook = [];
    private readonly IProcessGroup _processes;

    private SynchronizedBatchNorm(IProcessGroup processes) => _processes = processes;

    /// <summary>How many layers are synchronized.</summary>
    public int Layers => _unhook.Count / 2;

    /// <summary>Attaches to every batch normalization of a module that is reached through <c>call</c>.</summary>
    /// <param name="module">The same in all processes.</param>
    /// <param name="processes">All processes run the module in training mode equally often.</param>
    /// <returns>Dispose it to have the layers as they were.</returns>
    public static SynchronizedBatchNorm Attach(nn.Module module, IProcessGroup processes)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(processes);
        var attached = new SynchronizedBatchNorm(processes);
        foreach (var layer in module.modules().OfType<BatchNorm>().Distinct())
        {
            attached.Hook(layer);
        }

        return attached;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _unhook.ForEach(static unhook => unhook());
        _unhook.Clear();
    }

    // The layer itself runs in evaluation mode meanwhile, which changes nothing in it, and its result is dropped.
    private void Hook(BatchNorm layer)
    {
        var isTraining = false;
        var before = layer.register_forward_pre_hook((_, input) =>
        {
            isTraining = layer.training;
            if (isTraining)
            {
                layer.eval();
            }

            return input;
        });
        var after = layer.register_forward_hook((_, input, output) =>
        {
            if (!isTraining)
            {
                return output;
            }

            layer.train();
            return Normalize(layer, input);
        });
        _unhook.Add(before.remove);
        _unhook.Add(after.remove);
    }

    // (B, C, …), or (B, C)
    private Tensor Normalize(BatchNorm layer, Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = input.to(ScalarType.Float32);
        var channels = x.shape[1];
        long[] axes = [.. Enumerable.Range(0, (int)x.dim()).Where(static a => a != 1)];
        long[] shape = [.. Enumerable.Range(0, (int)x.dim()).Select(a => a == 1 ? channels : 1)];
        var ownCount = full([1], x.numel() / channels, ScalarType.Float32, x.device);
        var sums = ProcessSum.Of(cat([x.sum(axes), ownCount]), _processes);   // (C + 1)
        var count = sums.narrow(0, channels, 1).detach();   // (1)
        var mean = sums.narrow(0, 0, channels) / count;   // (C)
        var centered = x - mean.view(shape);
        var variance = ProcessSum.Of((centered * centered).sum(axes), _processes) / count;   // (C)
        Track(layer, mean.detach(), variance.detach() * count / (count - 1));
        var output = centered * (variance + layer.eps).rsqrt().view(shape);
        if (layer.affine)
        {
            output = (output * layer.weight.view(shape)) + layer.bias!.view(shape);
        }

        return output.to(input.dtype).MoveToOuterDisposeScope();
    }

    // The running variance is the unbiased one, as in torch.
    private static void Track(BatchNorm layer, Tensor mean, Tensor variance)
    {
        if (!layer.track_running_stats)
        {
            return;
        }

        using var noGrad = no_grad();
        layer.num_batches_tracked!.add_(1);
        var share = layer.momentum ?? 1.0 / layer.num_batches_tracked.item<long>();
        layer.running_mean!.lerp_(mean.to(layer.running_mean.dtype), share);
        layer.running_var!.lerp_(variance.to(layer.running_var.dtype), share);
    }
}
