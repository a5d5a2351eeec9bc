using static TorchSharp.torch;

namespace MaaS.Training.Models;

/// <summary>A text classifier that can be made by name.</summary>
/// <param name="Name">Lower case.</param>
/// <param name="Description">One line.</param>
/// <param name="Create">Makes it for sizes, a number of tokens, a number of classes and the longest text in
/// tokens.</param>
public sealed record TextModelEntry(
    string Name, string Description, Func<TextModelSizes, long, long, int, nn.Module<Tensor, Tensor, Tensor>> Create)
    : ModelEntry(Name, Description);
