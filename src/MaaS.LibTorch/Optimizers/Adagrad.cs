using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace TorchSharp.Modules;

/// <summary>Adagrad (Duchi et al. 2011).</summary>
public partial class Adagrad : OptimizerHelper
{
    public Adagrad(IEnumerable<Parameter> parameters, double lr = 1e-2, double lr_decay = 0, double weight_decay = 0, double initial_accumulator_value = 0, double eps = 1e-10)
        : this([new ParamGroup { Parameters = parameters }], lr, lr_decay, weight_decay, initial_accumulator_value, eps)
    {
    }

    public Adagrad(IEnumerable<ParamGroup> parameters, double lr = 1e-2, double lr_decay = 0, double weight_decay = 0, double initial_accumulator_value = 0, double eps = 1e-10)
    {
        CheckRange(lr >= 0, nameof(lr), lr);
        CheckRange(lr_decay >= 0, nameof(lr_decay), lr_decay);
        CheckRange(weight_decay >= 0, nameof(weight_decay), weight_decay);
        CheckRange(initial_accumulator_value >= 0, nameof(initial_accumulator_value), initial_accumulator_value);
        CheckRange(eps >= 0, nameof(eps), eps);
        _defaults = new Options { LearningRate = lr, InitialLearningRate = lr, lr_decay = lr_decay, weight_decay = weight_decay, initial_accumulator_value = initial_accumulator_value, eps = eps };
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
        var (parameters, grads, states) = Gather<State>(group, weightDecay: options.weight_decay!.Value);
        if (parameters.Length == 0) return;
        Tensor[] sums = [.. states.Select(s => s.sum)];
        Foreach.Addcmul_(sums, grads, grads, 1.0);
        var deviations = Foreach.Sqrt(sums);
        Foreach.Add_(deviations, options.eps!.Value);
        Foreach.Addcdiv_(parameters, grads, deviations,
            [.. states.Select(s => (Scalar)(-options.LearningRate!.Value / (1 + (s.step++ * options.lr_decay!.Value))))]);
    }
}
