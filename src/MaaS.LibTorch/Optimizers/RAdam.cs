using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace TorchSharp.Modules;

/// <summary>Adam with rectified variance (Liu et al. 2020).</summary>
public partial class RAdam : OptimizerHelper, IBetas
{
    public RAdam(IEnumerable<Parameter> parameters, double lr, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0)
        : this([new ParamGroup { Parameters = parameters }], lr, beta1, beta2, eps, weight_decay)
    {
    }

    public RAdam(IEnumerable<ParamGroup> parameters, double lr = 0.002, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0)
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
        var (lr, beta1, beta2) = (options.LearningRate!.Value, options.beta1!.Value, options.beta2!.Value);
        Tensor[] averages = [.. states.Select(s => s.exp_avg)], squares = [.. states.Select(s => s.exp_avg_sq)];
        AdamSteps.Average(averages, squares, grads, beta1, beta2);

        var longest = (2 / (1 - beta2)) - 1;
        for (var i = 0; i < states.Length; i++)
        {
            var step = ++states[i].step;
            var correction2 = 1 - Math.Pow(beta2, step);
            var length = longest - (2 * step * Math.Pow(beta2, step) / correction2);
            var rate = lr / (1 - Math.Pow(beta1, step));
            if (length <= 5)
            {
                parameters[i].add_(averages[i], alpha: -rate);
                continue;
            }
            var rectification = Math.Sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length));
            var denominator = squares[i].sqrt().add_(options.eps!.Value);
            parameters[i].addcdiv_(averages[i], denominator, value: -rate * rectification * Math.Sqrt(correction2));
        }
    }
}
