using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace TorchSharp.Modules;

/// <summary>Adam (Kingma and Ba 2015); amsgrad after Reddi et al. 2018.</summary>
public partial class Adam : OptimizerHelper, IBetas
{
    public Adam(IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
        : this([new ParamGroup { Parameters = parameters }], lr, beta1, beta2, eps, weight_decay, amsgrad, maximize)
    {
    }

    public Adam(IEnumerable<ParamGroup> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
    {
        CheckRange(lr >= 0, nameof(lr), lr);
        CheckRange(beta1 is >= 0 and < 1, nameof(beta1), beta1);
        CheckRange(beta2 is >= 0 and < 1, nameof(beta2), beta2);
        CheckRange(eps >= 0, nameof(eps), eps);
        CheckRange(weight_decay >= 0, nameof(weight_decay), weight_decay);
        _defaults = new Options { LearningRate = lr, InitialLearningRate = lr, beta1 = beta1, beta2 = beta2, eps = eps, weight_decay = weight_decay, amsgrad = amsgrad, maximize = maximize };
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
        var (parameters, grads, states) = Gather<State>(group, options.maximize!.Value, options.weight_decay!.Value);
        if (parameters.Length == 0) return;
        AdamSteps.Step(parameters, grads, states, options.LearningRate!.Value, (options.beta1!.Value, options.beta2!.Value), options.eps!.Value);
    }
}
