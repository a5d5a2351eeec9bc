namespace MaaS.Gateway.Servers;

/// <summary>Asks a source which servers there are, and waits for so long. One that does not heed its token is not asked
/// again while it is still at work: the next look takes what it says then.</summary>
/// <param name="source">Is asked by one look at a time.</param>
/// <param name="timeout">How long a look waits.</param>
/// <param name="clock">Tells when that is over.</param>
internal sealed class ServerLookup(IServerSource source, TimeSpan timeout, TimeProvider clock)
{
    private Task<IReadOnlyList<ServerAddress>>? _atWork;

    /// <summary>What the source is called in messages.</summary>
    public string Name => source.Name;

    /// <summary>The servers that there are now.</summary>
    /// <exception cref="OperationCanceledException">The source does not answer in time.</exception>
    /// <exception cref="Exception">The source cannot say.</exception>
    public async Task<IReadOnlyList<ServerAddress>> FindAsync(CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(timeout, clock);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        // What has failed since the last look, as by that one's token, has nothing to say.
        if (_atWork is null or { IsCompleted: true, IsCompletedSuccessfully: false })
        {
            _atWork = source.FindAsync(limited.Token);
        }

        var lookup = _atWork;
        try
        {
            return await lookup.WaitAsync(limited.Token).ConfigureAwait(false);
        }
        finally
        {
            if (lookup.IsCompleted)
            {
                _atWork = null;
            }
        }
    }
}
