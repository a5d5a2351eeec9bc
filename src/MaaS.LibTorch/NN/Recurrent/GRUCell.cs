using TorchSharp.Interop;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>One step of a gated recurrent unit. Input (N, features), state (N, hidden), zeros when null.</summary>
public sealed class GRUCell : Module<Tensor, Tensor, Tensor>
{
    [ComponentName(Name = nameof(weight_ih))]
    private Parameter? _weight_ih;

    [ComponentName(Name = nameof(weight_hh))]
    private Parameter? _weight_hh;

    [ComponentName(Name = nameof(bias_ih))]
    private Parameter? _bias_ih;

    [ComponentName(Name = nameof(bias_hh))]
    private Parameter? _bias_hh;

    internal GRUCell(long inputSize, long hiddenSize, bool bias, Device? device, ScalarType? dtype) : base(nameof(GRUCell))
    {
        weight_ih = Parameter(empty([3 * hiddenSize, inputSize], dtype, device));
        weight_hh = Parameter(empty([3 * hiddenSize, hiddenSize], dtype, device));
        if (bias)
        {
            bias_ih = Parameter(empty([3 * hiddenSize], dtype, device));
            bias_hh = Parameter(empty([3 * hiddenSize], dtype, device));
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
        return Dispatcher.Call("gru_cell", input, h0 ?? zero, weight_ih, weight_hh, bias_ih, bias_hh);
    }
}
