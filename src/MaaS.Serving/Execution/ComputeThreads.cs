using System.Collections.Concurrent;

namespace MaaS.Serving.Execution;

/// <summary>
/// Threads that run models, one a core, shared by all models: requests are read and answered by the thread pool
/// meanwhile, and models that wait are served in turn.
/// </summary>
internal sealed class ComputeThreads : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread[] _threads;

    public ComputeThreads()
    {
        _threads = [
            .. Enumerable.Range(0, Environment.ProcessorCount)
            .Select(i => new Thread(Work) { IsBackground = true, Name = $"maas compute {i}" })];
        foreach (var thread in _threads)
        {
            thread.Start();
        }
    }

    /// <summary>Number of runs that fit the machine at once.</summary>
    public int Count => _threads.Length;

    /// <summary>Runs an action, which does not throw, on one of the threads.</summary>
    /// <exception cref="ObjectDisposedException">The threads have ended.</exception>
    public void Start(Action action)
    {
        try
        {
            _work.Add(action);
        }
        catch (InvalidOperationException e)
        {
            throw new ObjectDisposedException("expected threads that still run", e);
        }
    }

    /// <summary>Finishes what was started and ends the threads.</summary>
    public void Dispose()
    {
        _work.CompleteAdding();
        foreach (var thread in _threads)
        {
            thread.Join();
        }

        _work.Dispose();
    }

    private void Work()
    {
        foreach (var action in _work.GetConsumingEnumerable())
        {
            action();
        }
    }
}
