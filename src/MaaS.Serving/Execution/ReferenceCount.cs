namespace MaaS.Serving.Execution;

/// <summary>Counts who uses something: the last to leave frees it, and nobody enters afterwards.</summary>
/// <param name="users">How many use it from the start, 1 or more.</param>
internal sealed class ReferenceCount(int users)
{
    private int _users = users;

    /// <summary>One more user; false where the last has left.</summary>
    public bool TryEnter()
    {
        var users = Volatile.Read(ref _users);
        while (users > 0)
        {
            var seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users)
            {
                return true;
            }

            users = seen;
        }

        return false;
    }

    /// <summary>One user less.</summary>
    /// <returns>Whether that was the last one, who frees what was used.</returns>
    public bool Leave() => Interlocked.Decrement(ref _users) == 0;
}
