using MaaS.Training.Reports;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting;

/// <summary>Remembers which epoch was best and, when asked to, its weights.</summary>
internal sealed class BestWeights(nn.Module<Tensor, Tensor> model, bool keep) : IDisposable
{
    private Dictionary<string, Tensor> _weights = [];
    private double _loss = double.PositiveInfinity;

    /// <summary>1 for the first epoch; 0 before any.</summary>
    public int Epoch { get; private set; }

    /// <summary>The best epoch's weights by name; none when they are not kept, or before any epoch.</summary>
    public IReadOnlyDictionary<string, Tensor> Weights => _weights;

    public void Offer(EpochResult epoch)
    {
        var loss = epoch.ValidationLoss ?? epoch.TrainLoss;
        if (!(loss < _loss))   // NaN is never the best.
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
        using var noGrad = no_grad();
        var targets = model.state_dict();
        foreach (var (name, tensor) in _weights)
        {
            targets[name].copy_(tensor);
        }
    }

    public void Dispose()
    {
        foreach (var tensor in _weights.Values)
        {
            tensor.Dispose();
        }

        _weights = [];
    }
}
