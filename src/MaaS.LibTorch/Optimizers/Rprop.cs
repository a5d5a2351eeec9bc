using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace TorchSharp.Modules;

/// <summary>Resilient backpropagation (Riedmiller and Braun 1993).</summary>
public partial class Rprop : OptimizerHelper
{
    public Rprop(IEnumerable<Parameter> parameters, double lr = 1e-2, double etaminus = 0.5, double etaplus = 1.2, double min_step = 1e-6, double max_step = 50, bool maximize = false)
        : this([new ParamGroup { Parameters = parameters }], lr, etaminus, etaplus, min_step, max_step, maximize)
    {
    }

    public Rprop(IEnumerable<ParamGroup> parameters, double lr = 1e-2, double etaminus = 0.5, double etaplus = 1.2, double min_step = 1e-6, double max_step = 50, bool maximize = false)
    {
        CheckRange(lr >= 0, nameof(lr), lr);
        if (etaminus is <= 0 or >= 1 || etaplus <= 1) throw new ArgumentException($"Invalid eta values: {etaminus}, {etaplus}");
        _defaults = new Options { LearningRate = lr, InitialLearningRate = lr, etaminus = etaminus, etaplus = etaplus, min_step = min_step, max_step = max_step, maximize = maximize };
        foreach (var group in parameters) add_param_group(group);
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
        var (parameters, grads, states) = Gather<State>(group, options.maximize!.Value);
        for (var i = 0; i < states.Length; i++)
        {
            var state = states[i];
            state.step++;
            var sign = grads[i].mul(state.prev).sign();
            var (grows, turns) = (sign.gt(0), sign.lt(0));
            var factor = ones_like(sign).masked_fill_(grows, options.etaplus!.Value).masked_fill_(turns, options.etaminus!.Value);
            state.step_size.mul_(factor).clamp_(options.min_step!.Value, options.max_step!.Value);
            var grad = grads[i].masked_fill(turns, 0.0);
            parameters[i].addcmul_(grad.sign(), state.step_size, value: -1.0);
            state.prev.copy_(grad);
        }
    }
}
