using TorchSharp.Interop;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace TorchSharp.Modules;

/// <summary>RMSProp (Tieleman and Hinton 2012); centered after Graves 2013.</summary>
public partial class RMSProp : OptimizerHelper, IMomentum
{
    public RMSProp(IEnumerable<Parameter> parameters, double lr = 1e-3, double alpha = 0.99, double eps = 1e-8, double weight_decay = 0, double momentum = 0.0, bool centered = false, bool maximize = false)
        : this([new ParamGroup { Parameters = parameters }], lr, alpha, eps, weight_decay, momentum, centered, maximize)
    {
    }

    public RMSProp(IEnumerable<ParamGroup> parameters, double lr = 1e-3, double alpha = 0.99, double eps = 1e-8, double weight_decay = 0, double momentum = 0.0, bool centered = false, bool maximize = false)
    {
        CheckRange(lr >= 0, nameof(lr), lr);
        CheckRange(alpha >= 0, nameof(alpha), alpha);
        CheckRange(eps >= 0, nameof(eps), eps);
        CheckRange(weight_decay >= 0, nameof(weight_decay), weight_decay);
        CheckRange(momentum >= 0, nameof(momentum), momentum);
        _defaults = new Options { LearningRate = lr, InitialLearningRate = lr, alpha = alpha, eps = eps, weight_decay = weight_decay, momentum = momentum, centered = centered, maximize = maximize };
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
        var (parameters, grads, states) = Gather<State>(group, options.maximize!.Value, options.weight_decay!.Value);
        if (parameters.Length == 0) return;
        var (lr, alpha) = (options.LearningRate!.Value, options.alpha!.Value);
        foreach (var state in states) state.step++;
        Tensor[] squares = [.. states.Select(s => s.square_avg)];
        Foreach.Mul_(squares, alpha);
        Foreach.Addcmul_(squares, grads, grads, 1 - alpha);

        Tensor[] averages;
        if (options.centered!.Value)
        {
            Tensor[] means = [.. states.Select(s => s.grad_avg!)];
            Foreach.Mul_(means, alpha);
            Foreach.Add_(means, grads, 1 - alpha);
            averages = Dispatcher.CallList("_foreach_addcmul.Scalar", squares, means, means, -1.0);
            Foreach.Sqrt_(averages);
        }
        else
        {
            averages = Foreach.Sqrt(squares);
        }
        Foreach.Add_(averages, options.eps!.Value);

        if (options.momentum!.Value is var momentum and > 0)
        {
            Tensor[] buffers = [.. states.Select(s => s.momentum_buffer!)];
            Foreach.Mul_(buffers, momentum);
            Foreach.Addcdiv_(buffers, grads, averages, 1.0);
            Foreach.Add_(parameters, buffers, -lr);
        }
        else
        {
            Foreach.Addcdiv_(parameters, grads, averages, -lr);
        }
    }
}
