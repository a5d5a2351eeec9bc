using MaaS.Training.Interop;
using MaaS.Training.Models;
using MaaS.Training.Pipelines;
using static TorchSharp.torch;

namespace MaaS.Training.Images.Pipelines;

/// <summary>The first fit of the head of a pretrained network for images.</summary>
internal static class ImageHead
{
    /// <summary>Puts the weights of a logistic regression on the network's features into its head.</summary>
    /// <param name="network">It is as it was but for its head.</param>
    /// <param name="images">What to learn from, sized and normalised, without chance.</param>
    /// <param name="classWeights">(classes); null for 1 each.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    public static void Fit(
        BasicResNet network, ImageFolder images, IReadOnlyList<double>? classWeights,
        CancellationToken cancellationToken)
    {
        var positions = LinearHead.Positions(images.Count);
        using var evaluation = new EvaluationMode(network);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var state = network.state_dict();
        LinearHead.Fit(
            state["fc.weight"], state["fc.bias"], Features(network, images, positions),
            [.. positions.Select(p => images.Labels[(int)p])], classWeights, cancellationToken);
    }

    private static IEnumerable<Tensor> Features(BasicResNet network, ImageFolder images, long[] positions)
    {
        var device = network.parameters().First().device;
        foreach (var part in positions.Chunk(LinearHead.Batch))
        {
            using var scope = NewDisposeScope();
            var (inputs, _) = images.GetBatch(tensor(part, [part.Length], ScalarType.Int64), device);
            yield return network.Features(BatchLayout.Prepare(inputs, channelsLast: true))             // (B, 512)
                .DetachFromDisposeScope();
        }
    }
}
