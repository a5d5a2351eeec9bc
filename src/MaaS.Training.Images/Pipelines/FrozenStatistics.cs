using MaaS.Training.Fitting.Callbacks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Training.Images.Pipelines;

/// <summary>Keeps the batch norms of a frozen network as they were trained: otherwise their means and variances would
/// move towards the new images while the weights around them stay.</summary>
/// <param name="network">What is trained.</param>
/// <param name="epochs">How long, from the first epoch on.</param>
internal sealed class FrozenStatistics(nn.Module network, int epochs) : TrainingCallback
{
    // The trainer puts the whole network into training mode at an epoch's beginning.
    public override void OnStepStart(TrainingContext context)
    {
        if (context.Epoch > epochs)
        {
            return;
        }

        foreach (var norm in network.modules().OfType<BatchNorm2d>())
        {
            norm.eval();
        }
    }
}
