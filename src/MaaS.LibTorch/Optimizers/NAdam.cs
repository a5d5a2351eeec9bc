using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace TorchSharp.Modules;

/// <summary>Adam with Nesterov momentum (Dozat 2016).</summary>
public partial class NAdam : OptimizerHelper, IBetas
{
    public NAdam(IEnumerable<Parameter> parameters, double lr, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, double momentum_decay = 4e-3)
        : this([new ParamGroup { Parameters = parameters }], lr, beta1, beta2, eps, weight_decay, momentum_decay)
    {
    }

    public NAdam(IEnumerable<ParamGroup> parameters, double lr = 0.002, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, double momentum_decay = 4e-3)
    {
        CheckRange(lr >= 0, nameof(lr), lr);
        CheckRange(beta1 is >= 0 and < 1, nameof(beta1), beta1);
        CheckRange(beta2 is >= 0 and < 1, nameof(beta2), beta2);
        CheckRange(eps >= 0, nameof(eps), eps);
        CheckRange(weight_decay >= 0, nameof(weight_decay), weight_decay);
        CheckRange(momentum_decay >= 0, nameof(momentum_decay), momentum_decay);
        _defaults = new Options { LearningRate = lr, InitialLearningRate = lr, beta1 = beta1, beta2 = beta2, eps = eps, weight_decay = weight_decay, momentum_decay = momentum_decay };
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

        Scalar[] corrections = new Scalar[states.Length], gradientFactors = new Scalar[states.Length], averageFactors = new Scalar[states.Length];
        for (var i = 0; i < states.Length; i++)
        {
            var state = states[i];
            state.step++;
            var mu = Momentum(state.step);
            var next = Momentum(state.step + 1);
            state.mu_product *= mu;
            corrections[i] = Math.Sqrt(1 - Math.Pow(beta2, state.step));
            gradientFactors[i] = -lr * (1 - mu) / (1 - state.mu_product);
            averageFactors[i] = -lr * next / (1 - (state.mu_product * next));
        }
        var denominators = Foreach.Sqrt(squares);
        Foreach.Div_(denominators, corrections);
        Foreach.Add_(denominators, options.eps!.Value);
        Foreach.Addcdiv_(parameters, grads, denominators, gradientFactors);
        Foreach.Addcdiv_(parameters, averages, denominators, averageFactors);

        double Momentum(long step) => beta1 * (1 - (0.5 * Math.Pow(0.96, step * options.momentum_decay!.Value)));
    }
}
