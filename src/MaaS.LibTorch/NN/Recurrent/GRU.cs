using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static TorchSharp.torch.nn.utils.rnn;

namespace TorchSharp.Modules;

/// <summary>Gated recurrent units (Cho et al. 2014).</summary>
/// <remarks>
/// Input (L, N, features), or (N, L, features) batch first; state (layers · directions, N, hidden), zeros when null;
/// results the outputs (…, directions · hidden) and the last state.
/// </remarks>
public sealed class GRU : Module<Tensor, Tensor?, (Tensor, Tensor)>
{
    private readonly RecurrentLayers _layers;

    internal GRU(long inputSize, long hiddenSize, long numLayers, bool bias, bool batchFirst, double dropout, bool bidirectional,
        Device? device, ScalarType? dtype) : base(nameof(GRU)) =>
        _layers = new RecurrentLayers(this, "gru", 3, inputSize, hiddenSize, numLayers, bias, batchFirst, dropout, bidirectional, device, dtype);

    public new (Tensor, Tensor) call(Tensor input, Tensor? h0 = null) => base.call(input, h0);

    public (PackedSequence, Tensor) call(PackedSequence input, Tensor? h0 = null) => _layers.Forward(input, h0);

    public override (Tensor, Tensor) forward(Tensor input, Tensor? h0 = null) => _layers.Forward(input, h0);

    /// <summary>Does nothing: the parameters' memory needs no compacting here.</summary>
    public void flatten_parameters()
    {
    }
}
