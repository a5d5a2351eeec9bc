using TorchSharp.Interop;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace TorchSharp.Modules;

/// <summary>Adam in the infinity norm (Kingma and Ba 2015).</summary>
public partial class Adamax : OptimizerHelper, IBetas
{
    public Adamax(IEnumerable<Parameter> parameters, double lr, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0)
        : this([new ParamGroup { Parameters = parameters }], lr, beta1, beta2, eps, weight_decay)
    {
    }

    public Adamax(IEnumerable<ParamGroup> parameters, double lr = 0.002, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0)
    {
        CheckRange(lr >= 0, nameof(lr), lr);
        CheckRange(beta1 is >= 0 and < 1, nameof(beta1), beta1);
        CheckRange(beta2 is >= 0 and < 1, nameof(beta2), beta2);
        CheckRange(eps >= 0, nameof(eps), eps);
        CheckRange(weight_decay >= 0, nameof(weight_decay), weight_decay);
        _defaults = new Options { LearningRate = lr, InitialLearningRate = lr, beta1 = beta1, beta2 = beta2, eps = eps, weight_decay = weight_decay };
        foreach (var group in parameters) add_param_group(group);
    }

    public (double, double) Betas
    {
        get => Read((Options)_defaults);
        set => Write((Options)_defaults, value);
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
        var (beta1, beta2) = (options.beta1!.Value, options.beta2!.Value);
        Tensor[] averages = [.. states.Select(s => s.exp_avg)], norms = [.. states.Select(s => s.exp_inf)];
        Foreach.Mul_(averages, beta1);
        Foreach.Add_(averages, grads, 1 - beta1);
        Foreach.Mul_(norms, beta2);
        var magnitudes = Dispatcher.CallList("_foreach_abs", grads);
        Foreach.Add_(magnitudes, options.eps!.Value);
        Foreach.Maximum_(norms, magnitudes);
        Foreach.Addcdiv_(parameters, averages, norms,
            [.. states.Select(s => (Scalar)(-options.LearningRate!.Value / (1 - Math.Pow(beta1, ++s.step))))]);
    }
}
