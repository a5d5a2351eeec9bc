using MaaS.Core.Inference;
using MaaS.Core.Packages;

namespace MaaS.Serving.Models;

/// <summary>A loaded version of a model.</summary>
/// <param name="Name">Name in addresses.</param>
/// <param name="Version">1 or more.</param>
/// <param name="Model">The network.</param>
/// <param name="Manifest">What its package says; null for a bare <c>.onnx</c> file.</param>
public sealed record ServedModel(string Name, int Version, InferenceModel Model, ModelManifest? Manifest);
