namespace MaaS.Core.Generation.Batching;

/// <summary>What a <see cref="GenerationEngine"/> is doing.</summary>
/// <param name="Running">Texts that go through the model.</param>
/// <param name="Waiting">Texts that wait for their turn.</param>
/// <param name="UsedBlocks">Blocks of keys and values that texts use.</param>
/// <param name="KeptBlocks">Blocks that no text uses and that are kept for equal beginnings.</param>
/// <param name="Blocks">Most blocks.</param>
/// <param name="Preemptions">Times that a text had to give its blocks up for an older one, since the start.</param>
/// <param name="CachedTokens">Tokens of prompts that did not have to be computed, since the start.</param>
/// <param name="DraftedTokens">Tokens that a draft model guessed, since the start.</param>
/// <param name="AcceptedTokens">Guesses that were right, since the start.</param>
public sealed record GenerationEngineStatus(
    int Running, int Waiting, int UsedBlocks, int KeptBlocks, int Blocks, long Preemptions, long CachedTokens,
    long DraftedTokens, long AcceptedTokens);
