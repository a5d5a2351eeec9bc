using TorchSharp.Interop;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>One step of an LSTM; the states are hidden and cell. Input (N, features), state (N, hidden), zeros when null.</summary>
public sealed class LSTMCell : Module<Tensor, (Tensor, Tensor)?, (Tensor, Tensor)>
{
    [ComponentName(Name = nameof(weight_ih))]
    private Parameter? _weight_ih;

    [ComponentName(Name = nameof(weight_hh))]
    private Parameter? _weight_hh;

    [ComponentName(Name = nameof(bias_ih))]
    private Parameter? _bias_ih;

    [ComponentName(Name = nameof(bias_hh))]
    private Parameter? _bias_hh;

    internal LSTMCell(long inputSize, long hiddenSize, bool bias, Device? device, ScalarType? dtype) : base(nameof(LSTMCell))
    {
        weight_ih = Parameter(empty([4 * hiddenSize, inputSize], dtype, device));
        weight_hh = Parameter(empty([4 * hiddenSize, hiddenSize], dtype, device));
        if (bias)
        {
            bias_ih = Parameter(empty([4 * hiddenSize], dtype, device));
            bias_hh = Parameter(empty([4 * hiddenSize], dtype, device));
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

    public new (Tensor, Tensor) call(Tensor input, (Tensor, Tensor)? h0_c0 = null) => base.call(input, h0_c0);

    public override (Tensor, Tensor) forward(Tensor input, (Tensor, Tensor)? h0_c0)
    {
        using var zero = h0_c0 is null ? zeros([input.shape[0], weight_hh!.shape[1]], input.dtype, input.device) : null;
        var (h0, c0) = h0_c0 ?? (zero!, zero!);
        return Dispatcher.Call2("lstm_cell", input, new[] { h0, c0 }, weight_ih, weight_hh, bias_ih, bias_hh);
    }
}
