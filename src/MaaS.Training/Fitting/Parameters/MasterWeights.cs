using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Parameters;

/// <summary>The float32 weights that updates change, and the parameters that forward passes read.</summary>
/// <remarks>
/// In float32 both are the same tensors. In a reduced type the module computes with rounded copies between
/// <see cref="Enter"/> and <see cref="Leave"/>, which follow the float32 weights after each update
/// (Micikevicius et al. 2018, section 3.1).
/// </remarks>
internal sealed class MasterWeights : IDisposable
{
    private readonly nn.Module _model;
    private readonly ScalarType? _rounded;
    private readonly Dictionary<string, Tensor> _originals = new(StringComparer.Ordinal);

    /// <param name="model">Its trainable parameters count.</param>
    /// <param name="precision">Of forward and backward passes.</param>
    /// <param name="asParameters">Whether the weights must be torch's parameters, as torch's optimizers want
    /// them.</param>
    public MasterWeights(nn.Module model, TrainingPrecision precision, bool asParameters)
    {
        _model = model;
        _rounded = precision.Rounded();
        Names = [.. model.named_parameters().Where(static p => p.parameter.requires_grad).Select(static p => p.name)];
        FixedNames = model.named_parameters().Where(static p => !p.parameter.requires_grad)
            .Select(static p => p.name).ToHashSet(StringComparer.Ordinal);
        Parameters = Trainable();
        Weights = _rounded is null
            ? Parameters
            : [
                .. Parameters.Select(static p => p.detach().clone().DetachFromDisposeScope())
                    .Select(w => asParameters ? new Parameter(w) : w),
            ];
        ByName = Names.Zip(Weights).ToDictionary(static p => p.First, static p => p.Second);
        Active = [.. Names.Select(static _ => true)];
    }

    /// <summary>Names of the trainable parameters in the state dictionary.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Names of the other parameters.</summary>
    public IReadOnlySet<string> FixedNames { get; }

    /// <summary>What forward passes read and gradients are taken of.</summary>
    public IReadOnlyList<Parameter> Parameters { get; private set; }

    /// <summary>What updates change, float32.</summary>
    public IReadOnlyList<Tensor> Weights { get; }

    /// <summary>Which of the weights are not frozen at present.</summary>
    public bool[] Active { get; }

    /// <summary><see cref="Weights"/> by their names in the state dictionary.</summary>
    public IReadOnlyDictionary<string, Tensor> ByName { get; }

    /// <summary>Freezes the weights that do not change in an epoch, and thaws the others.</summary>
    public void Freeze(IReadOnlyList<ParameterSetting> settings, int epoch)
    {
        for (var i = 0; i < Active.Length; i++)
        {
            var active = settings[i].FirstEpoch <= epoch;
            if (active != Active[i])
            {
                Active[i] = active;
                Parameters[i].requires_grad = active;
            }
        }
    }

    /// <summary>Makes the module compute in the reduced precision.</summary>
    public void Enter()
    {
        if (_rounded is { } type)
        {
            Keep();
            _model.to(type);
            Parameters = Trainable();
            Publish();
        }
    }

    /// <summary>Takes over the module's weights after they were loaded; not between Enter and Leave.</summary>
    public void Reload()
    {
        if (_rounded is not null)
        {
            using var noGrad = no_grad();
            for (var i = 0; i < Weights.Count; i++)
            {
                Weights[i].copy_(Parameters[i]);
            }
        }
    }

    /// <summary>Rounds changed weights into the parameters.</summary>
    public void Publish()
    {
        if (_rounded is not null)
        {
            using var noGrad = no_grad();
            for (var i = 0; i < Weights.Count; i++)
            {
                Parameters[i].copy_(Weights[i]);
            }
        }
    }

    /// <summary>Gives the module its float32 weights.</summary>
    public void Leave()
    {
        if (_rounded is not null)
        {
            _model.to(ScalarType.Float32);
            Parameters = Trainable();
            Publish();
            Return();
        }
    }

    /// <summary>A tensor of the state dictionary as it is without rounding: weights as the updates have them, what no
    /// update changes as it was, and what forward passes changed (running statistics) in float32.</summary>
    /// <param name="name">In the state dictionary.</param>
    /// <param name="now">What the module has under it.</param>
    /// <returns>One of the tensors that are there, or a new one in the enclosing dispose scope.</returns>
    public Tensor Unrounded(string name, Tensor now)
    {
        using var noGrad = no_grad();
        return ByName.TryGetValue(name, out var weight) ? weight
            : _originals.TryGetValue(name, out var original) ? Unrounded(original, now)
            : now;
    }

    public void Dispose()
    {
        for (var i = 0; i < Active.Length; i++)
        {
            Parameters[i].requires_grad = true;
        }

        if (_rounded is not null)
        {
            foreach (var weight in Weights)
            {
                weight.Dispose();
            }
        }
    }

    // What no update changes (fixed weights, tables) is kept, so that rounding does not wear it out.
    private void Keep()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (var (name, tensor) in Others())
        {
            _originals[name] = tensor.detach().clone().DetachFromDisposeScope();
        }
    }

    private void Return()
    {
        using var noGrad = no_grad();
        foreach (var (name, current) in Others())
        {
            using var scope = NewDisposeScope();
            current.copy_(Unrounded(_originals[name], current));
            _originals[name].Dispose();
        }

        _originals.Clear();
    }

    // Where the value is still the original's rounded one, the original.
    private Tensor Unrounded(Tensor original, Tensor now)
    {
        var current = now.to(ScalarType.Float32);
        return original.where(current.eq(original.to(_rounded!.Value).to(ScalarType.Float32)), current);
    }

    private IEnumerable<KeyValuePair<string, Tensor>> Others()
        => _model.state_dict().Where(e => !ByName.ContainsKey(e.Key) && e.Value.is_floating_point());

    private Parameter[] Trainable()
    {
        var byName = _model.named_parameters().ToDictionary(static p => p.name, static p => p.parameter);
        return [.. Names.Select(n => byName[n])];
    }
}
