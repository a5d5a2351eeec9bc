namespace MaaS.Gateway.Forwarding;

/// <summary>What all requests together may keep in memory. Safe for many threads.</summary>
/// <param name="most">In bytes.</param>
internal sealed class KeptBytes(long most)
{
    private long _taken;

    /// <summary>Takes some, if they are there.</summary>
    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= most)
        {
            return true;
        }

        Give(bytes);
        return false;
    }

    /// <summary>Gives back what was taken.</summary>
    public void Give(long bytes) => Interlocked.Add(ref _taken, -bytes);
}
