using MaaS.Training.Pruning.Analysis;
using static TorchSharp.torch;

namespace MaaS.Training.Pruning.Surgery;

/// <summary>Channels taken out of a module's parameters and buffers in place, with the way back.</summary>
/// <remarks>
/// A parameter stays the same object and points to smaller memory (<c>set_</c>), so that fields, containers and tied
/// weights need no change. Gradients of changed parameters are dropped, and come back with the channels.
/// </remarks>
internal sealed class ChannelRemoval : IDisposable
{
    private readonly List<(Tensor Parameter, Tensor Before, Tensor? Gradient)> _changed = [];
    private readonly List<Action> _sizesBefore = [];

    private ChannelRemoval()
    {
    }

    /// <summary>Removes slots from every parameter and updates the sizes that layers remember.</summary>
    /// <param name="module">What to change.</param>
    /// <param name="slots">The slots of the module as it is.</param>
    /// <param name="removed">By slot.</param>
    /// <param name="followers">Tensors that go with a parameter, by its handle: those of its shape lose the same
    /// slots.</param>
    public static ChannelRemoval Apply(
        TracedModule module, ChannelSlots slots, IReadOnlyList<bool> removed, ILookup<IntPtr, Tensor>? followers = null)
    {
        var removal = new ChannelRemoval();
        try
        {
            var axes = slots.Axes.ToLookup(static axis => axis.Parameter);
            foreach (var (name, tensor) in module.State)
            {
                var together = followers?[tensor.Handle].Where(follower => follower.shape.SequenceEqual(tensor.shape))
                    .ToArray() ?? [];
                foreach (var changed in together.Prepend(tensor))
                {
                    removal.Shrink(changed, axes[name], removed);
                }
            }

            removal._sizesBefore.AddRange(LayerSizes.Update(module.Module));
        }
        catch
        {
            removal.Undo();
            removal.Dispose();
            throw;
        }

        return removal;
    }

    /// <summary>Gives the module its channels back.</summary>
    public void Undo()
    {
        using var noGrad = no_grad();
        foreach (var (parameter, before, gradient) in _changed)
        {
            Replace(parameter, before);
            if (gradient is not null)
            {
                parameter.grad = gradient;
            }
        }

        foreach (var restore in _sizesBefore)
        {
            restore();
        }
    }

    public void Dispose()
    {
        foreach (var (_, before, gradient) in _changed)
        {
            before.Dispose();
            gradient?.Dispose();
        }
    }

    private void Shrink(Tensor parameter, IEnumerable<SlotAxis> axes, IReadOnlyList<bool> removed)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var smaller = parameter.detach();
        foreach (var axis in axes)
        {
            var kept = Enumerable.Range(0, axis.Count).Where(i => !removed[axis.First + i]).Select(static i => (long)i)
                .ToArray();
            if (kept.Length < axis.Count)
            {
                smaller = smaller.index_select(axis.Axis, tensor(kept, device: parameter.device));
            }
        }

        if (!smaller.shape.SequenceEqual(parameter.shape))
        {
            _changed.Add(
                (parameter, parameter.detach().DetachFromDisposeScope(), parameter.grad?.DetachFromDisposeScope()));
            Replace(parameter, smaller.contiguous());
        }
    }

    private static void Replace(Tensor parameter, Tensor value)
    {
        if (parameter.requires_grad)
        {
            parameter.grad = null;
        }

        parameter.set_(value);
    }
}
