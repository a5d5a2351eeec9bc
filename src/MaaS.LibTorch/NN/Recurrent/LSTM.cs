using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static TorchSharp.torch.nn.utils.rnn;

namespace TorchSharp.Modules;

/// <summary>Long short-term memory (Hochreiter and Schmidhuber 1997).</summary>
/// <remarks>
/// Input (L, N, features), or (N, L, features) batch first; states (layers · directions, N, hidden), zeros when null;
/// results the outputs (…, directions · hidden), the last hidden and the last cell state.
/// </remarks>
public sealed class LSTM : Module<Tensor, (Tensor, Tensor)?, (Tensor, Tensor, Tensor)>
{
    private readonly RecurrentLayers _layers;

    internal LSTM(long inputSize, long hiddenSize, long numLayers, bool bias, bool batchFirst, double dropout, bool bidirectional,
        Device? device, ScalarType? dtype) : base(nameof(LSTM)) =>
        _layers = new RecurrentLayers(this, "lstm", 4, inputSize, hiddenSize, numLayers, bias, batchFirst, dropout, bidirectional, device, dtype);

    public new (Tensor, Tensor, Tensor) call(Tensor input, (Tensor, Tensor)? h0_c0 = null) => base.call(input, h0_c0);

    public (PackedSequence, Tensor, Tensor) call(PackedSequence input, (Tensor, Tensor)? h0_c0 = null)
    {
        using var scope = NewDisposeScope();
        var (h0, c0) = h0_c0 is var (h, c)
            ? (RecurrentLayers.Sort(h, input.sorted_indices), RecurrentLayers.Sort(c, input.sorted_indices))
            : (_layers.InitialState(input), _layers.InitialState(input));
        var (output, hidden, cell) = _layers.RunCells(input, h0, c0);
        hidden = RecurrentLayers.Sort(hidden, input.unsorted_indices);
        cell = RecurrentLayers.Sort(cell, input.unsorted_indices);
        return (input.With(output).MoveToOuterDisposeScope(), hidden.MoveToOuterDisposeScope(), cell.MoveToOuterDisposeScope());
    }

    public override (Tensor, Tensor, Tensor) forward(Tensor input, (Tensor, Tensor)? h0_c0 = null)
    {
        using var scope = NewDisposeScope();
        var (h0, c0) = h0_c0 ?? (_layers.InitialState(input), _layers.InitialState(input));
        var (output, hidden, cell) = _layers.RunCells(input, h0, c0);
        return scope.MoveToOuter(output, hidden, cell);
    }

    /// <summary>Does nothing: the parameters' memory needs no compacting here.</summary>
    public void flatten_parameters()
    {
    }
}
