using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training;

/// <summary>Remembers which epoch was best and, when asked to, its weights.</summary>
internal sealed class BestWeights(nn.Module<Tensor, Tensor> model, bool keep) : IDisposable
{
    private Dictionary<string, Tensor>? _weights;
    private double _loss = double.PositiveInfinity;

    /// <summary>1 for the first epoch; 0 before any.</summary>
    public int Epoch { get; private set; }

    public void Offer(EpochResult epoch)
    {
        var loss = epoch.ValidationLoss ?? epoch.TrainLoss;
        if (loss >= _loss)
        {
            return;
        }

        (_loss, Epoch) = (loss, epoch.Epoch);
        if (keep)
        {
            Dispose();
            using var noGrad = no_grad();
            _weights = model.state_dict().ToDictionary(
                static e => e.Key, static e => e.Value.detach().clone().DetachFromDisposeScope());
        }
    }

    public void Restore()
    {
        if (_weights is null)
        {
            return;
        }

        using var noGrad = no_grad();
        foreach (var (name, tensor) in model.state_dict())
        {
            tensor.copy_(_weights[name]);
        }
    }

    public void Dispose()
    {
        foreach (var tensor in _weights?.Values ?? Enumerable.Empty<Tensor>())
        {
            tensor.Dispose();
        }

        _weights = null;
    }
}
