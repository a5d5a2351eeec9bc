using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Loop;

/// <summary>Remembers which epoch was best and, when asked to, its weights.</summary>
/// <param name="model">Its parameters and buffers.</param>
/// <param name="keep">Whether the weights are wanted.</param>
/// <param name="fixedNames">Parameters that no update changes: copies of them would be many and the same.</param>
internal sealed class BestWeights(nn.Module model, bool keep, IReadOnlySet<string> fixedNames) : IDisposable
{
    private Dictionary<string, Tensor> _weights = [];
    private double? _value;

    /// <summary>1 for the first epoch; 0 before any.</summary>
    public int Epoch { get; private set; }

    /// <summary>The best epoch's weights by name; none when they are not kept, or before any epoch.</summary>
    public IReadOnlyDictionary<string, Tensor> Weights => _weights;

    /// <summary>Learns of an epoch.</summary>
    /// <param name="epoch">1 for the first.</param>
    /// <param name="value">Its metric; not a number is never the best.</param>
    /// <param name="greaterIsBetter">Whether a greater metric is a better one.</param>
    /// <returns>Whether it is the best so far.</returns>
    public bool Offer(int epoch, double value, bool greaterIsBetter)
    {
        if (double.IsNaN(value) || (_value is { } best && !(greaterIsBetter ? value > best : value < best))
            || (_value is null && double.IsInfinity(value)))
        {
            return false;
        }

        (_value, Epoch) = (value, epoch);
        if (keep)
        {
            Dispose();
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            _weights = model.state_dict().Where(e => !fixedNames.Contains(e.Key)).ToDictionary(
                static e => e.Key, static e => e.Value.detach().clone().DetachFromDisposeScope());
        }

        return true;
    }

    public void Restore()
    {
        using var scope = NewDisposeScope();
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
