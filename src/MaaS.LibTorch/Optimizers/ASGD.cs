using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace TorchSharp.Modules;

/// <summary>Averaged stochastic gradient descent (Polyak and Juditsky 1992).</summary>
public partial class ASGD : OptimizerHelper
{
    public ASGD(IEnumerable<Parameter> parameters, double lr = 0.01, double lambd = 1e-4, double alpha = 0.75, double t0 = 1e6, double weight_decay = 0, bool maximize = false)
        : this([new ParamGroup<Options> { Parameters = parameters }], lr, lambd, alpha, t0, weight_decay, maximize)
    {
    }

    public ASGD(IEnumerable<ParamGroup<Options>> parameters, double lr = 0.01, double lambd = 1e-4, double alpha = 0.75, double t0 = 1e6, double weight_decay = 0, bool maximize = false)
    {
        CheckRange(lr >= 0, nameof(lr), lr);
        CheckRange(alpha >= 0, nameof(alpha), alpha);
        CheckRange(weight_decay >= 0, nameof(weight_decay), weight_decay);
        _defaults = new Options { LearningRate = lr, InitialLearningRate = lr, lambd = lambd, alpha = alpha, t0 = t0, weight_decay = weight_decay, maximize = maximize };
        foreach (var group in parameters) add_param_group(group);
    }

    public override void add_param_group(Modules.ParamGroup param_group)
    {
        param_group.Options ??= new Options();
        ((Options)param_group.Options).Complete((Options)_defaults);
        Register(param_group, parameter => new State(parameter));
    }

    public override Tensor? step(Func<Tensor>? closure = null) => _step<ParamGroup<Options>>(Step, closure);

    private void Step(ParamGroup<Options> group)
    {
        var options = group.Options;
        var (parameters, grads, states) = Gather<State>(group, options.maximize!.Value, options.weight_decay!.Value);
        var (lr, decay) = (options.LearningRate!.Value, options.lambd!.Value);
        for (var i = 0; i < states.Length; i++)
        {
            var state = states[i];
            state.step++;
            parameters[i].mul_(1 - (decay * state.eta));
            parameters[i].add_(grads[i], alpha: -state.eta);
            if (state.mu == 1) state.ax.copy_(parameters[i]);
            else state.ax.add_(parameters[i].sub(state.ax).mul(state.mu));
            state.eta = lr / Math.Pow(1 + (decay * lr * state.step), options.alpha!.Value);
            state.mu = 1 / Math.Max(1, state.step - options.t0!.Value);
        }
    }
}
