namespace MaaS.Serving.Execution;

/// <summary>Memory that several tensors look at: the last one to be disposed gives it back.</summary>
internal sealed class SharedOwner(IDisposable memory, int users) : IDisposable
{
    private readonly ReferenceCount _users = new(users);

    public void Dispose()
    {
        if (_users.Leave())
        {
            memory.Dispose();
        }
    }
}
