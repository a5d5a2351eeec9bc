using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Tests.Pruning.Nets;

/// <summary>Attention of 4 heads of 3 features, written with Einstein sums.</summary>
internal sealed class EinsumNet : SmallNet
{
    public readonly Linear query = Linear(6, 12);
    public readonly Linear key = Linear(6, 12);
    public readonly Linear value = Linear(6, 12);
    public readonly Linear output = Linear(12, 4);

    public EinsumNet()
        : base(nameof(EinsumNet)) => RegisterComponents();

    public override Tensor forward(Tensor input)
    {
        Tensor Heads(Linear layer) => layer.call(input).unflatten(2, -1, 3);                       // (B, T, H, D)
        var weights = functional.softmax(einsum("bthd,bshd->bhts", Heads(query), Heads(key)), -1);   // (B, H, T, S)
        return output.call(einsum("bhts,bshd->bthd", weights, Heads(value)).flatten(2));            // (B, T, 4)
    }
}
