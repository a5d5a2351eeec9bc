using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Recurrent;

/// <summary>One recurrent layer over padded sequences, in one or both directions.</summary>
/// <remarks>
/// Equal to PyTorch's layer over packed sequences. Forwards, padding comes after all tokens and cannot reach them;
/// backwards, each sequence is reversed within its own length, read forwards, and reversed back. So nothing is packed,
/// and the layer exports to ONNX. Parameters: <c>ltr.weight_ih_l0</c> … as PyTorch's <c>weight_ih_l0</c>,
/// <c>rtl.weight_ih_l0</c> … as its <c>weight_ih_l0_reverse</c>.
/// </remarks>
internal sealed class RecurrentLayer : Module<Tensor, Tensor, Tensor>
{
    private readonly nn.Module ltr;
    private readonly nn.Module? rtl;

    public RecurrentLayer(RecurrentKind kind, long inputs, long hidden, bool bidirectional)
        : base(nameof(RecurrentLayer))
    {
        ltr = Create(kind, inputs, hidden);
        rtl = bidirectional ? Create(kind, inputs, hidden) : null;
        RegisterComponents();
    }

    /// <param name="x">(B, T, inputs).</param>
    /// <param name="attentionMask">(B, T), int64: ones, then zeros.</param>
    /// <returns>(B, T, hidden · directions); anything at padding.</returns>
    public override Tensor forward(Tensor x, Tensor attentionMask)
    {
        var forwards = Run(ltr, x);   // (B, T, H)
        if (rtl is null)
        {
            return forwards;
        }

        var batch = new PaddedBatch(attentionMask);
        return cat([forwards, batch.Reverse(Run(rtl, batch.Reverse(x)))], -1);   // (B, T, 2·H)
    }

    private static nn.Module Create(RecurrentKind kind, long inputs, long hidden) => kind switch
    {
        RecurrentKind.Rnn => RNN(inputs, hidden, batchFirst: true),
        RecurrentKind.Lstm => LSTM(inputs, hidden, batchFirst: true),
        RecurrentKind.Gru => GRU(inputs, hidden, batchFirst: true),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "RecurrentLayer: expected Rnn, Lstm or Gru."),
    };

    private static Tensor Run(nn.Module direction, Tensor x) => direction switch
    {
        RNN rnn => rnn.call(x).Item1,
        LSTM lstm => lstm.call(x).Item1,
        GRU gru => gru.call(x).Item1,
        _ => throw new InvalidOperationException(
            $"RecurrentLayer: expected RNN, LSTM or GRU, got {direction.GetName()}."),
    };
}
