using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Processes;

/// <summary>Gradients that are summed over the processes in one message.</summary>
internal sealed class GradientBucket : IDisposable
{
    private readonly Tensor[] _parameters;
    private readonly Tensor[] _slots;
    private readonly bool[] _isReady;

    // All gradients one after the other, then for each parameter how many processes have a gradient.
    private readonly Tensor _values;
    private readonly Tensor _counts;
    private IPendingSum? _sum;
    private int _ready;

    /// <summary>Makes an empty bucket.</summary>
    /// <param name="parameters">At least one, all on one device.</param>
    public GradientBucket(IReadOnlyList<Tensor> parameters)
    {
        using var scope = NewDisposeScope();
        _parameters = [.. parameters];
        _isReady = new bool[parameters.Count];
        var length = parameters.Sum(static p => p.numel());
        _values = zeros(length + parameters.Count, ScalarType.Float32, parameters[0].device).DetachFromDisposeScope();
        _counts = _values.narrow(0, length, parameters.Count).DetachFromDisposeScope();
        _slots = new Tensor[parameters.Count];
        var start = 0L;
        for (var i = 0; i < _slots.Length; i++)
        {
            _slots[i] = _values.narrow(0, start, parameters[i].numel()).view(parameters[i].shape)
                .DetachFromDisposeScope();
            start += parameters[i].numel();
        }
    }

    /// <summary>Bytes of a message.</summary>
    public long Bytes => _values.numel() * sizeof(float);

    /// <summary>Whether all gradients are in the bucket.</summary>
    public bool IsFull => _ready == _parameters.Length;

    /// <summary>Empties the bucket for another step.</summary>
    public void Clear()
    {
        _sum = null;
        _ready = 0;
        Array.Clear(_isReady);
    }

    /// <summary>Copies a parameter's gradient into the bucket, zeros where it has none.</summary>
    public void Fill(int parameter)
    {
        if (_isReady[parameter])
        {
            return;
        }

        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var gradient = _parameters[parameter].grad;
        if (gradient is null)
        {
            _slots[parameter].zero_();
        }
        else
        {
            _slots[parameter].copy_(gradient);
        }

        _counts.narrow(0, parameter, 1).fill_(gradient is null ? 0 : 1);
        _isReady[parameter] = true;
        _ready++;
    }

    /// <summary>Copies what is not in the bucket yet.</summary>
    public void FillRest()
    {
        for (var i = 0; i < _parameters.Length; i++)
        {
            Fill(i);
        }
    }

    /// <summary>Starts the sum.</summary>
    public void Begin(ITensorSum sums) => _sum = sums.Begin(_values);

    /// <summary>Lets a sum that is under way go on.</summary>
    public void Poll() => _ = _sum!.Poll();

    /// <summary>Waits for the sum and gives each parameter its part; one without a gradient anywhere keeps
    /// none.</summary>
    public void End()
    {
        _sum!.Wait();
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var counts = _counts.cpu();
        for (var i = 0; i < _parameters.Length; i++)
        {
            if (counts[i].item<float>() == 0)
            {
                continue;
            }

            if (_parameters[i].grad is { } gradient)
            {
                gradient.copy_(_slots[i]);
            }
            else
            {
                _parameters[i].grad = _slots[i].to(_parameters[i].dtype, copy: true);
            }
        }
    }

    public void Dispose()
    {
        Array.ForEach(_slots, static s => s.Dispose());
        _counts.Dispose();
        _values.Dispose();
    }
}
