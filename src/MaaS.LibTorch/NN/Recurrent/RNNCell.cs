using TorchSharp.Interop;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>One step of an Elman layer. Input (N, features), state (N, hidden), zeros when null.</summary>
public sealed class RNNCell : Module<Tensor, Tensor, Tensor>
{
    private readonly bool _relu;

    [ComponentName(Name = nameof(weight_ih))]
    private Parameter? _weight_ih;

    [ComponentName(Name = nameof(weight_hh))]
    private Parameter? _weight_hh;

    [ComponentName(Name = nameof(bias_ih))]
    private Parameter? _bias_ih;

    [ComponentName(Name = nameof(bias_hh))]
    private Parameter? _bias_hh;

    internal RNNCell(long inputSize, long hiddenSize, NonLinearities nonLinearity, bool bias, Device? device, ScalarType? dtype) : base(nameof(RNNCell))
    {
        _relu = nonLinearity == NonLinearities.ReLU;
        weight_ih = Parameter(empty([hiddenSize, inputSize], dtype, device));
        weight_hh = Parameter(empty([hiddenSize, hiddenSize], dtype, device));
        if (bias)
        {
            bias_ih = Parameter(empty([hiddenSize], dtype, device));
            bias_hh = Parameter(empty([hiddenSize], dtype, device));
        }
        var bound = 1.0 / Math.Sqrt(hiddenSize);
        foreach (var parameter in parameters(false)) init.uniform_(parameter, -bound, bound);
    }

    public Parameter? weight_ih
    {
        get => _weight_ih;
        set => Assign(ref _weight_ih, value, nameof(weight_ih));
    }

    public Parameter? weight_hh
    {
        get => _weight_hh;
        set => Assign(ref _weight_hh, value, nameof(weight_hh));
    }

    public Parameter? bias_ih
    {
        get => _bias_ih;
        set => Assign(ref _bias_ih, value, nameof(bias_ih));
    }

    public Parameter? bias_hh
    {
        get => _bias_hh;
        set => Assign(ref _bias_hh, value, nameof(bias_hh));
    }

    public override Tensor forward(Tensor input, Tensor? h0 = null)
    {
        using var zero = h0 is null ? zeros([input.shape[0], weight_hh!.shape[1]], input.dtype, input.device) : null;
        return Dispatcher.Call(_relu ? "rnn_relu_cell" : "rnn_tanh_cell", input, h0 ?? zero, weight_ih, weight_hh, bias_ih, bias_hh);
    }
}
