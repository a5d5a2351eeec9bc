using TorchSharp.Interop;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace TorchSharp.Modules;

/// <summary>Adadelta (Zeiler 2012).</summary>
public partial class Adadelta : OptimizerHelper
{
    public Adadelta(IEnumerable<Parameter> parameters, double lr, double rho = 0.9, double eps = 1e-6, double weight_decay = 0, bool maximize = false)
        : this([new ParamGroup { Parameters = parameters }], lr, rho, eps, weight_decay, maximize)
    {
    }

    public Adadelta(IEnumerable<ParamGroup> parameters, double lr = 1.0, double rho = 0.9, double eps = 1e-6, double weight_decay = 0, bool maximize = false)
    {
        CheckRange(lr >= 0, nameof(lr), lr);
        CheckRange(rho is >= 0 and <= 1, nameof(rho), rho);
        CheckRange(eps >= 0, nameof(eps), eps);
        CheckRange(weight_decay >= 0, nameof(weight_decay), weight_decay);
        _defaults = new Options { LearningRate = lr, InitialLearningRate = lr, rho = rho, eps = eps, weight_decay = weight_decay, maximize = maximize };
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
        var (parameters, grads, states) = Gather<State>(group, options.maximize!.Value, options.weight_decay!.Value);
        if (parameters.Length == 0) return;
        var (rho, eps) = (options.rho!.Value, options.eps!.Value);
        foreach (var state in states) state.step++;
        Tensor[] squares = [.. states.Select(s => s.square_avg)], changes = [.. states.Select(s => s.acc_delta)];
        Foreach.Mul_(squares, rho);
        Foreach.Addcmul_(squares, grads, grads, 1 - rho);
        var deviations = Dispatcher.CallList("_foreach_add.Scalar", squares, eps);
        Foreach.Sqrt_(deviations);
        var deltas = Dispatcher.CallList("_foreach_add.Scalar", changes, eps);
        Foreach.Sqrt_(deltas);
        Foreach.Div_(deltas, deviations);
        Foreach.Mul_(deltas, grads);
        Foreach.Add_(parameters, deltas, -options.LearningRate!.Value);
        Foreach.Mul_(changes, rho);
        Foreach.Addcmul_(changes, deltas, deltas, 1 - rho);
    }
}
