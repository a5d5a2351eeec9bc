using static TorchSharp.torch;

namespace MaaS.Training.Tests.Pruning.Nets;

/// <summary>A layer of more than one input behind a forward of one.</summary>
internal sealed class WrappedNet : SmallNet
{
    private readonly Func<Tensor, Tensor> _forward;

    public WrappedNet(Func<Tensor, Tensor> forward, nn.Module layer)
        : base(nameof(WrappedNet))
    {
        _forward = forward;
        register_module("layer", layer);
    }

    public override Tensor forward(Tensor input) => _forward(input);
}
