namespace MaaS.Core.Packages;

/// <summary>What a package says of a network that reads a question and a document together and tells how well the
/// document answers it: a cross-encoder.</summary>
/// <param name="Output">The output of the network with the logits: float32[batch,1] or float32[batch,2].</param>
/// <param name="Positive">Which of two logits is that of a document that fits; 0 where there is one.</param>
/// <remarks>Nogueira, Cho 2019: Passage Re-ranking with BERT.</remarks>
public sealed record RankingSettings(string Output, int Positive);
