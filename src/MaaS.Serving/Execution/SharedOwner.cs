namespace MaaS.Serving.Execution;

/// <summary>Memory that several tensors look at: the last one to be disposed gives it back.</summary>
internal sealed class SharedOwner(IDisposable memory, int users) : IDisposable
{
    private int _users = users;

    public void Dispose()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            memory.Dispose();
        }
    }
}
