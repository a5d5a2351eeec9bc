using TorchSharp;
using static TorchSharp.torch;

namespace MaasTrain;

/// <summary>The network: any module of TorchSharp.</summary>
internal sealed class Network : nn.Module<Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor> _hidden1;
    private readonly nn.Module<Tensor, Tensor> _hidden2;
    private readonly nn.Module<Tensor, Tensor> _output;

    public Network(long inputs, long hidden, long classes)
        : base(nameof(Network))
    {
        _hidden1 = nn.Linear(inputs, hidden);
        _hidden2 = nn.Linear(hidden, hidden);
        _output = nn.Linear(hidden, classes);
        RegisterComponents();
    }

    // (B, inputs) → logits (B, classes)
    public override Tensor forward(Tensor input)
    {
        var x = nn.functional.silu(_hidden1.call(input));   // (B, hidden)
        x = nn.functional.silu(_hidden2.call(x));   // (B, hidden)
        return _output.call(x);
    }
}
