namespace MaaS.Serving.Models;

/// <summary>Counts the estimated memory of loaded models against a limit.</summary>
/// <param name="limit">In bytes; null for none.</param>
internal sealed class MemoryBudget(long? limit)
{
    private readonly Lock _gate = new();
    private long _used;

    /// <summary>Bytes taken.</summary>
    public long Used
    {
        get
        {
            lock (_gate)
            {
                return _used;
            }
        }
    }

    /// <summary>Takes memory when there is room; what alone is over the limit never fits.</summary>
    public bool TryTake(long bytes)
    {
        lock (_gate)
        {
            if (limit is { } most && _used + bytes > most)
            {
                return false;
            }

            _used += bytes;
            return true;
        }
    }

    /// <summary>Corrects an estimate once it is known better, or gives memory back.</summary>
    public void Change(long bytes)
    {
        lock (_gate)
        {
            _used += bytes;
        }
    }
}
