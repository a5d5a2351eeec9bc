using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace TorchSharp.Modules;

/// <summary>What all optimizers share: groups, states, saving and loading.</summary>
public abstract class OptimizerHelper : Optimizer
{
    protected OptimizerOptions _defaults = new();
    protected OrderedDict<IntPtr, OptimizerState> _state = new();

    public override IEnumerable<Parameter> parameters() => _parameter_groups.SelectMany(group => group.Parameters);

    public override void zero_grad()
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var grads = parameters().Select(p => p.grad).OfType<Tensor>().ToLookup(g => g.is_sparse);
        if (grads[false].ToArray() is { Length: > 0 } dense) Foreach.Zero_(dense);
        foreach (var sparse in grads[true]) sparse.zero_();
    }

    public override void add_param_group(ParamGroup param_group) => _parameter_groups.Add(param_group);

    /// <summary>Moves the states, not the parameters, to a device.</summary>
    public void to(Device device)
    {
        foreach (var (_, state) in _state) state.to(device);
    }

    public virtual StateDictionary state_dict()
    {
        var result = new StateDictionary();
        foreach (var group in _parameter_groups)
        {
            result.Options.Add(group.Options);
            var indices = new List<int>();
            foreach (var parameter in group.Parameters)
            {
                indices.Add(result.State.Count);
                result.State.Add(_state[parameter.Handle]);
            }
            result.StateIndexRef.Add(indices);
        }
        return result;
    }

    public virtual void load_state_dict(StateDictionary state_dict)
    {
        var own = this.state_dict();
        CheckCounts(own, state_dict.Options.Count, state_dict.State.Count);
        for (var i = 0; i < own.Options.Count; i++)
            if (own.Options[i] != state_dict.Options[i]) own.Options[i].LoadStateDict(state_dict.Options[i]);
        for (var i = 0; i < own.State.Count; i++)
            if (own.State[i] != state_dict.State[i]) own.State[i].LoadStateDict(state_dict.State[i]);
    }

    /// <summary>Writes settings and states in TorchSharp's binary format; the file appears complete or not at all.</summary>
    public void save_state_dict(string location) => AtomicFile.Write(location, save_state_dict);

    public void save_state_dict(BinaryWriter writer)
    {
        writer.Write(GetType().Name);
        var own = state_dict();
        writer.Write7BitEncodedInt64(own.Options.Count);
        writer.Write7BitEncodedInt64(own.State.Count);
        foreach (var options in own.Options) options.SaveStateDict(writer);
        foreach (var state in own.State) state.SaveStateDict(writer);
    }

    public void load_state_dict(string location)
    {
        using var stream = File.OpenRead(location);
        using var reader = new BinaryReader(stream);
        load_state_dict(reader);
    }

    /// <exception cref="InvalidDataException">Another optimizer wrote the data.</exception>
    /// <exception cref="ArgumentException">The counts of groups or parameters differ.</exception>
    public void load_state_dict(BinaryReader reader)
    {
        var kind = reader.ReadString();
        if (kind != GetType().Name)
            throw new InvalidDataException($"Mismatched optimizer type: expected '{GetType().Name}', but found '{kind}' in the loaded stream.");
        var own = state_dict();
        CheckCounts(own, reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt64());
        foreach (var options in own.Options) options.LoadStateDict(reader);
        foreach (var state in own.State) state.LoadStateDict(reader);
    }

    /// <summary>Runs the closure, then the body on every group, outside the graph and in a dispose scope of its own.</summary>
    protected Tensor? _step<T>(Action<T> body, Func<Tensor>? loss_closure = null) where T : ParamGroup
    {
        Tensor? loss = null;
        if (loss_closure is not null)
        {
            using var recording = enable_grad();
            loss = loss_closure();
        }
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        foreach (var group in _parameter_groups) body((T)group);
        return loss;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            foreach (var (_, state) in _state) (state as IDisposable)?.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Registers a group whose options are complete, and makes its states.</summary>
    private protected void Register(ParamGroup group, Func<Parameter, OptimizerState> makeState)
    {
        group.Options.LearningRate ??= _defaults.LearningRate;
        group.Options.InitialLearningRate = group.Options.LearningRate!.Value;
        group.Parameters = [.. group.Parameters];
        _parameter_groups.Add(group);
        foreach (var parameter in group.Parameters)
        {
            var state = makeState(parameter);
            _state[parameter.Handle] = state;
            state.Initialize(group.Options);
        }
    }

    private static void CheckCounts(StateDictionary own, long options, long states)
    {
        if (options != own.Options.Count)
            throw new ArgumentException($"Invalid optimizer state -- expected {own.Options.Count} parameter groups, got {options}.");
        if (states != own.State.Count)
            throw new ArgumentException($"Invalid optimizer state -- expected {own.State.Count} states, got {states}.");
    }

    /// <summary>The parameters of a group that have a gradient, with gradients and states: one list each, for one call on all.</summary>
    /// <exception cref="NotSupportedException">A gradient is sparse.</exception>
    private protected (Tensor[] parameters, Tensor[] grads, TState[] states) Gather<TState>(ParamGroup group, bool maximize = false, double weightDecay = 0)
        where TState : OptimizerState
    {
        var (all, gradients, states) = GatherAny<TState>(group);
        if (gradients.Any(static g => g.is_sparse))
            throw new NotSupportedException($"{GetType().Name} does not support sparse gradients; make the Embedding with sparse: false, or use SGD.");
        if (all.Length == 0) return (all, gradients, states);
        if (maximize) gradients = Foreach.Neg(gradients);
        if (weightDecay != 0) gradients = Foreach.Add(gradients, all, weightDecay);
        return (all, gradients, states);
    }

    /// <summary>The same with the gradients as they are, sparse ones too.</summary>
    private protected (Tensor[] parameters, Tensor[] grads, TState[] states) GatherAny<TState>(ParamGroup group) where TState : OptimizerState
    {
        List<Tensor> parameters = [], grads = [];
        List<TState> states = [];
        foreach (var parameter in group.Parameters)
        {
            if (parameter.grad is not { } grad) continue;
            parameters.Add(parameter);
            grads.Add(grad);
            states.Add((TState)_state[parameter.Handle]);
        }
        return ([.. parameters], [.. grads], [.. states]);
    }

    private protected static void CheckRange(bool valid, string name, double value)
    {
        if (!valid) throw new ArgumentException($"Invalid {name}: {value}");
    }
}
