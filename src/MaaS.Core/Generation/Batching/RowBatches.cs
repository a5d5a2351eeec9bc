namespace MaaS.Core.Generation.Batching;

/// <summary>The batches that texts go through the model in: texts of like length share one, so that short ones are not
/// padded to long ones.</summary>
/// <param name="create">Makes an empty batch.</param>
/// <param name="layout">Sizes of tensors.</param>
/// <param name="sharesRuns">Whether texts may share a batch at all.</param>
internal sealed class RowBatches(Func<RowBatch> create, CacheLayout layout, bool sharesRuns) : IDisposable
{
    // Places beyond twice the tokens that a batch may have for each row, so that short texts stay together.
    private const int Slack = 64;

    // A tensor stays below 2 GiB until so many tokens have been added.
    private const int Growth = 1024;

    private readonly List<RowBatch> _batches = [];

    /// <summary>The batches that have texts.</summary>
    public IReadOnlyList<RowBatch> Batches => _batches;

    /// <summary>All texts.</summary>
    public IEnumerable<Sequence> Sequences => _batches.SelectMany(static b => b.Sequences);

    /// <summary>Number of texts.</summary>
    public int Count => _batches.Sum(static b => b.Count);

    /// <summary>Adds a text, whose computed tokens stand in its blocks, to a batch of like length.</summary>
    public void Add(Sequence sequence)
    {
        var batch = _batches.Find(b => Fit([.. b.Sequences, sequence]));
        if (batch is null)
        {
            batch = create();
            _batches.Add(batch);
        }

        batch.Add(sequence);
    }

    /// <summary>Takes a text out; nothing happens where it is in no batch.</summary>
    public void Remove(Sequence sequence)
    {
        if (_batches.Find(b => b.Sequences.Contains(sequence)) is { } batch)
        {
            batch.Remove(sequence);
            DropEmpty();
        }
    }

    /// <summary>Moves the longest texts out of batches whose shorter ones have left.</summary>
    public void Arrange()
    {
        foreach (var batch in _batches.ToArray())
        {
            while (!Fit([.. batch.Sequences]))
            {
                var longest = batch.Sequences.MaxBy(static s => s.Computed)!;
                batch.Remove(longest);
                var own = create();
                own.Add(longest);
                _batches.Add(own);
            }
        }

        DropEmpty();
    }

    /// <summary>Frees all batches.</summary>
    public void Dispose()
    {
        foreach (var batch in _batches)
        {
            batch.Dispose();
        }

        _batches.Clear();
    }

    private bool Fit(IReadOnlyList<Sequence> sequences)
    {
        var rows = sequences.Count;
        var longest = sequences.Max(static s => s.Computed);
        return rows <= 1 || (sharesRuns
            && (long)rows * longest <= (2 * sequences.Sum(static s => (long)s.Computed)) + (Slack * rows)
            && layout.TensorBytes(rows, longest + Growth) <= int.MaxValue);
    }

    private void DropEmpty()
    {
        foreach (var batch in _batches.Where(static b => b.Count == 0).ToArray())
        {
            _batches.Remove(batch);
            batch.Dispose();
        }
    }
}
