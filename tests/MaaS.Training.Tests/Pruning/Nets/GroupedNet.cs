using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Tests.Pruning.Nets;

/// <summary>A grouped convolution (2 groups), transposed or not, between two dense ones.</summary>
internal sealed class GroupedNet : SmallNet
{
    public readonly Conv2d conv = Conv2d(2, 8, 3, padding: 1);
    public readonly Convolution grouped;
    public readonly Conv2d head = Conv2d(12, 3, 1);

    public GroupedNet(bool transposed = false)
        : base(nameof(GroupedNet))
    {
        grouped = transposed
            ? ConvTranspose2d(8, 12, 3, padding: 1, groups: 2) : Conv2d(8, 12, 3, padding: 1, groups: 2);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
        => head.call(functional.relu(grouped.call(functional.relu(conv.call(input))))).mean([2, 3]);
}
