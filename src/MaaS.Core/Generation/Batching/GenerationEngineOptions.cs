namespace MaaS.Core.Generation.Batching;

/// <summary>How a <see cref="GenerationEngine"/> shares a model among texts.</summary>
public sealed record GenerationEngineOptions
{
    /// <summary>Most texts that go through the model together, at least 1. Default 16.</summary>
    public int MaxRows { get; init; } = 16;

    /// <summary>Most bytes of keys and values, at least those of one block. Memory is taken as it is needed; runs need
    /// about three times as much as the texts under way besides, and at most six times where their lengths differ.
    /// Default 1 GiB.</summary>
    public long CacheBytes { get; init; } = 1L << 30;

    /// <summary>Tokens of a block of keys and values, at least 1: texts share whole blocks. Default 16.</summary>
    public int BlockLength { get; init; } = 16;

    /// <summary>Most tokens of a prompt that are computed between two tokens of other texts, at least 1. Default
    /// 64.</summary>
    public int ChunkLength { get; init; } = 64;

    /// <summary>Most tokens of a prompt that are computed at once while no other text is under way, at least 1. Default
    /// 512.</summary>
    public int IdleChunkLength { get; init; } = 512;

    /// <summary>Tokens that a draft model guesses at a time, at least 1. Default 4.</summary>
    public int DraftLength { get; init; } = 4;

    /// <summary>Most texts under way for which a draft model guesses, at least 1: a run on many texts is no longer held
    /// up by reading weights, so that guesses cost more than they save. Default 2.</summary>
    public int MaxDraftedRows { get; init; } = 2;

    /// <summary>Whether texts may share runs, and equal beginnings their keys and values; false for a model whose rows
    /// depend on each other or on padding (<see cref="DecoderGraph.RowObstacle"/>): each text is computed as alone
    /// then, its prompt in one run, and texts take turns. Default true.</summary>
    public bool SharesRuns { get; init; } = true;

    /// <summary>Is told when the draft model failed; texts go on without it. Null for nobody.</summary>
    public Action<Exception>? DraftFailed { get; init; }

    /// <summary>Whether texts of different callers may share the keys and values of equal beginnings. It makes an equal
    /// prompt of another caller visible in the time to the first token. Default true.</summary>
    public bool SharesAcrossCallers { get; init; } = true;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">Something is out of its range; the message names all of it.</exception>
    public void Validate()
    {
        string[] failures = [
            .. new (string Name, long Value)[]
            {
                (nameof(MaxRows), MaxRows), (nameof(CacheBytes), CacheBytes), (nameof(BlockLength), BlockLength),
                (nameof(ChunkLength), ChunkLength), (nameof(IdleChunkLength), IdleChunkLength),
                (nameof(DraftLength), DraftLength), (nameof(MaxDraftedRows), MaxDraftedRows),
            }.Where(static o => o.Value < 1).Select(static o => $"expected {o.Name} of at least 1, got {o.Value}")];
        if (failures.Length > 0)
        {
            throw new ArgumentException($"{nameof(GenerationEngineOptions)}: {string.Join("; ", failures)}.");
        }
    }
}
