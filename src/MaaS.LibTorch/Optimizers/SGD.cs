using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace TorchSharp.Modules;

/// <summary>Stochastic gradient descent, with momentum and Nesterov's variant (Sutskever et al. 2013).</summary>
public partial class SGD : OptimizerHelper, IMomentum
{
    public SGD(IEnumerable<Parameter> parameters, double lr, double momentum = 0.0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false)
        : this([new ParamGroup { Parameters = parameters }], lr, momentum, dampening, weight_decay, nesterov, maximize)
    {
    }

    public SGD(IEnumerable<ParamGroup> parameters, double lr, double momentum = 0.0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false)
    {
        CheckRange(lr >= 0, nameof(lr), lr);
        CheckRange(momentum >= 0, nameof(momentum), momentum);
        CheckRange(weight_decay >= 0, nameof(weight_decay), weight_decay);
        if (nesterov && (momentum <= 0 || dampening != 0)) throw new ArgumentException("Nesterov momentum requires a momentum and zero dampening");
        _defaults = new Options { LearningRate = lr, InitialLearningRate = lr, momentum = momentum, dampening = dampening, weight_decay = weight_decay, nesterov = nesterov, maximize = maximize };
        foreach (var group in parameters) add_param_group(group);
    }

    public double Momentum
    {
        get => ((Options)_defaults).momentum!.Value;
        set => ((Options)_defaults).momentum = value;
    }

    public override void add_param_group(Modules.ParamGroup param_group)
    {
        param_group.Options ??= new Options();
        ((Options)param_group.Options).Complete((Options)_defaults);
        Register(param_group, parameter => new State(parameter));
    }

    public override Tensor? step(Func<Tensor>? closure = null) => _step<ParamGroup>(Step, closure);

    private void Step(ParamGroup group)
    {
        var options = group.Options;
        var gathered = GatherAny<State>(group);
        if (gathered.grads.Any(static g => g.is_sparse))
        {
            StepOneByOne(gathered.parameters, gathered.grads, gathered.states, options);
            return;
        }
        var (parameters, grads, states) = gathered;
        if (parameters.Length == 0) return;
        if (options.maximize!.Value) grads = Foreach.Neg(grads);
        if (options.weight_decay!.Value is var decay and not 0) grads = Foreach.Add(grads, parameters, decay);
        if (options.momentum!.Value is var momentum and not 0)
        {
            var (old, oldGrads) = (new List<Tensor>(), new List<Tensor>());
            for (var i = 0; i < states.Length; i++)
            {
                if (states[i].momentum_buffer is { } buffer)
                {
                    old.Add(buffer);
                    oldGrads.Add(grads[i]);
                }
                else
                {
                    states[i].momentum_buffer = grads[i].detach().clone().DetachFromDisposeScope();
                }
            }
            if (old.Count > 0)
            {
                Foreach.Mul_([.. old], momentum);
                Foreach.Add_([.. old], [.. oldGrads], 1 - options.dampening!.Value);
            }
            Tensor[] buffers = [.. states.Select(s => s.momentum_buffer!)];
            grads = options.nesterov!.Value ? Foreach.Add(grads, buffers, momentum) : buffers;
        }
        Foreach.Add_(parameters, grads, -options.LearningRate!.Value);
    }

    // Libtorch has no operators on lists of sparse tensors.
    private static void StepOneByOne(Tensor[] parameters, Tensor[] grads, State[] states, Options options)
    {
        var momentum = options.momentum!.Value;
        for (var i = 0; i < parameters.Length; i++)
        {
            var grad = options.maximize!.Value ? grads[i].neg() : grads[i];
            if (options.weight_decay!.Value is var decay and not 0) grad = grad.add(parameters[i], decay);
            if (momentum != 0)
            {
                if (states[i].momentum_buffer is { } old) old.mul_(momentum).add_(grad, 1 - options.dampening!.Value);
                else states[i].momentum_buffer = grad.detach().clone().DetachFromDisposeScope();
                var buffer = states[i].momentum_buffer!;
                grad = options.nesterov!.Value ? grad.add(buffer, momentum) : buffer;
            }
            parameters[i].add_(grad, -options.LearningRate!.Value);
        }
    }
}
