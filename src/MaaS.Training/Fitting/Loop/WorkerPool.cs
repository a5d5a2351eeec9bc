using System.Runtime.ExceptionServices;

namespace MaaS.Training.Fitting.Loop;

/// <summary>Threads that each run their part of a step; the calling thread is the first of them.</summary>
internal sealed class WorkerPool : IDisposable
{
    private readonly Barrier _start;
    private readonly Barrier _end;
    private readonly Thread[] _threads;
    private readonly Exception?[] _failures;
    private Action<int>? _work;

    /// <summary>Starts the threads.</summary>
    /// <param name="count">Workers, the calling thread included, at least 1.</param>
    /// <param name="initialize">Runs once on each started thread.</param>
    public WorkerPool(int count, Action initialize)
    {
        _start = new Barrier(count);
        _end = new Barrier(count);
        _failures = new Exception?[count];
        _threads = [.. Enumerable.Range(1, count - 1).Select(i => new Thread(() => Loop(i, initialize))
        {
            IsBackground = true,
            Name = $"maas-worker-{i}",
        })];
        Array.ForEach(_threads, static t => t.Start());
    }

    /// <summary>Runs <paramref name="work"/> with 0…count−1 and waits for all; rethrows the first failure by
    /// number.</summary>
    public void Run(Action<int> work)
    {
        _work = work;
        _start.SignalAndWait();
        Attempt(work, 0);
        _end.SignalAndWait();
        if (_failures.FirstOrDefault(static f => f is not null) is { } failure)
        {
            Array.Clear(_failures);
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    public void Dispose()
    {
        _work = null;
        _start.SignalAndWait();
        Array.ForEach(_threads, static t => t.Join());
        _start.Dispose();
        _end.Dispose();
    }

    private void Loop(int index, Action initialize)
    {
        initialize();
        while (true)
        {
            _start.SignalAndWait();
            if (_work is not { } work)
            {
                return;
            }

            Attempt(work, index);
            _end.SignalAndWait();
        }
    }

    private void Attempt(Action<int> work, int index)
    {
        try
        {
            work(index);
        }
        catch (Exception e)
        {
            _failures[index] = e;
        }
    }
}
