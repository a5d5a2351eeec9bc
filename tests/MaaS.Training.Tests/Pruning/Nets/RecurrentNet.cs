using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Tests.Pruning.Nets;

/// <summary>Dense, LSTM, dense, dense.</summary>
internal sealed class RecurrentNet : SmallNet
{
    public readonly Linear before = Linear(5, 6);
    public readonly LSTM lstm = LSTM(6, 7, batchFirst: true);
    public readonly Linear after = Linear(7, 8);
    public readonly Linear logits = Linear(8, 2);

    public RecurrentNet()
        : base(nameof(RecurrentNet)) => RegisterComponents();

    public override Tensor forward(Tensor input)
    {
        var (x, _, _) = lstm.call(before.call(input));             // (B, T, 7)
        return logits.call(functional.relu(after.call(x.mean([1]))));
    }
}
