namespace MaaS.Core.Packages;

/// <summary>What a package says of a network whose output stands for a text's meaning.</summary>
/// <param name="Output">The output of the network that the vectors come from.</param>
/// <param name="Pooling">How one vector for a text comes out of it.</param>
/// <param name="Normalize">Whether the vectors are divided by their Euclidean length.</param>
public sealed record EmbeddingSettings(string Output, EmbeddingPooling Pooling, bool Normalize);
