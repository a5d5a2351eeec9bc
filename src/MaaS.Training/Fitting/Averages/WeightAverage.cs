using MaaS.Training.Fitting.Callbacks;
using MaaS.Training.Reports;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Averages;

/// <summary>Averages of the weights of a run: each epoch is measured with them, the best epoch keeps them, and the run
/// ends with them in the model. Training itself goes on with the weights as they are.</summary>
/// <remarks>Checkpoints keep the averages. Buffers of floating point, such as a batch norm's statistics, are averaged
/// like weights; others are the model's own. One object serves one run after another, not two at once.</remarks>
public abstract class WeightAverage : TrainingCallback, ICallbackState, IDisposable
{
    private const string Updates = "updates";

    private readonly Dictionary<string, Tensor> _averages = [];
    private Dictionary<string, Tensor>? _own;   // The model's own values while the averages are in it.

    private protected WeightAverage()
    {
    }

    /// <inheritdoc/>
    public string StateName => GetType().Name;

    /// <summary>How often weights were taken into the average.</summary>
    public long Count { get; private set; }

    /// <summary>The averages by their names in the state dictionary, float32; owned by this.</summary>
    public IReadOnlyDictionary<string, Tensor> Values => _averages;

    /// <inheritdoc/>
    public override void OnRunStart(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        Clear();
        using var noGrad = no_grad();
        foreach (var (name, tensor) in Current(context))
        {
            _averages[name] = tensor.detach().to(ScalarType.Float32, copy: true).DetachFromDisposeScope();
        }
    }

    /// <inheritdoc/>
    public override void OnValidationStart(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        Put(context);
    }

    /// <inheritdoc/>
    public override void OnValidationEnd(TrainingContext context, EpochResult epoch)
    {
        ArgumentNullException.ThrowIfNull(context);
        GiveBack(context);
    }

    /// <inheritdoc/>
    public override void OnFailure(TrainingContext context, Exception failure)
    {
        ArgumentNullException.ThrowIfNull(context);
        GiveBack(context);
    }

    /// <inheritdoc/>
    public override void OnRunEnd(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        Put(context);
        Forget();
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> SaveState()
        => new Dictionary<string, Tensor>(_averages.ToDictionary(static a => $"average.{a.Key}", static a => a.Value))
        {
            [Updates] = tensor(Count),
        };

    /// <inheritdoc/>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        using var noGrad = no_grad();
        foreach (var (name, average) in _averages)
        {
            if (!state.TryGetValue($"average.{name}", out var saved) || !saved.shape.SequenceEqual(average.shape))
            {
                throw new InvalidDataException(
                    $"{StateName}: expected an average ({string.Join(",", average.shape)}) of '{name}', got "
                        + $"{(saved is null ? "none" : $"({string.Join(",", saved.shape)})")}; the checkpoint is one "
                        + "of another model.");
            }

            average.copy_(saved);
        }

        Count = state.TryGetValue(Updates, out var updates) ? updates.item<long>()
            : throw new InvalidDataException($"{StateName}: expected '{Updates}' in the checkpoint, got none.");
    }

    /// <summary>Frees the averages.</summary>
    public void Dispose()
    {
        Clear();
        GC.SuppressFinalize(this);
    }

    /// <summary>Moves every average towards the current weights by a share of the distance.</summary>
    /// <param name="context">Has the weights.</param>
    /// <param name="share">0 to 1.</param>
    private protected void Move(TrainingContext context, double share)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (var (name, tensor) in Current(context))
        {
            _averages[name].lerp_(tensor.detach().to(ScalarType.Float32), share);
        }

        Count++;
    }

    /// <summary>The averages are in the model now.</summary>
    private protected virtual void Entered(TrainingContext context)
    {
    }

    // Weights as the optimizer has them, buffers out of the model, nothing of it rounded.
    private static IEnumerable<KeyValuePair<string, Tensor>> Current(TrainingContext context)
        => context.Model.state_dict().Where(static e => e.Value.is_floating_point())
            .Select(e => KeyValuePair.Create(e.Key, context.Unrounded(e.Key, e.Value)));

    private void Put(TrainingContext context)
    {
        if (Count == 0)
        {
            return;   // Nothing was averaged yet: the weights stay as they are.
        }

        using var noGrad = no_grad();
        var state = context.Model.state_dict();
        _own = [];
        foreach (var (name, average) in _averages)
        {
            _own[name] = state[name].detach().clone().DetachFromDisposeScope();
            state[name].copy_(average);
        }

        Entered(context);
    }

    private void GiveBack(TrainingContext context)
    {
        if (_own is null)
        {
            return;
        }

        using var noGrad = no_grad();
        var state = context.Model.state_dict();
        foreach (var (name, own) in _own)
        {
            state[name].copy_(own);
        }

        Forget();
    }

    private void Forget()
    {
        foreach (var tensor in _own?.Values ?? Enumerable.Empty<Tensor>())
        {
            tensor.Dispose();
        }

        _own = null;
    }

    private void Clear()
    {
        Forget();
        foreach (var tensor in _averages.Values)
        {
            tensor.Dispose();
        }

        _averages.Clear();
        Count = 0;
    }
}
