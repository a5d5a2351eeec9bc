using static TorchSharp.torch;

namespace MaaS.Training.Models;

/// <summary>A classifier of images that can be made by name.</summary>
/// <param name="Name">Lower case.</param>
/// <param name="Description">One line.</param>
/// <param name="Create">Makes it for an input shape (channels, height, width) and a number of classes.</param>
public sealed record ImageModelEntry(
    string Name, string Description, Func<IReadOnlyList<long>, long, nn.Module<Tensor, Tensor>> Create)
    : ModelEntry(Name, Description);
