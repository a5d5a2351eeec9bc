namespace MaaS.Cli.Chat;

/// <summary>Ctrl+C: ends the answer that is being written; where none is, it ends the program as ever.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly Lock _gate = new();
    private CancellationTokenSource? _answer;

    public Interruption() => Console.CancelKeyPress += Interrupt;

    /// <summary>Begins an answer.</summary>
    /// <param name="cancellationToken">Ends it as well.</param>
    /// <returns>Cancelled by Ctrl+C; disposed of by <see cref="End"/>.</returns>
    public CancellationToken Begin(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _answer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            return _answer.Token;
        }
    }

    public void End()
    {
        lock (_gate)
        {
            _answer?.Dispose();
            _answer = null;
        }
    }

    public void Dispose()
    {
        Console.CancelKeyPress -= Interrupt;
        End();
    }

    private void Interrupt(object? sender, ConsoleCancelEventArgs e)
    {
        lock (_gate)
        {
            e.Cancel = _answer is not null;
            _answer?.Cancel();
        }
    }
}
