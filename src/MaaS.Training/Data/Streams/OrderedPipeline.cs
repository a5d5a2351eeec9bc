using System.Diagnostics;

namespace MaaS.Training.Data.Streams;

/// <summary>Works on items with several threads and hands them out in their order.</summary>
/// <remarks>At most a bound of items is under work or ready. Items are drawn from the source by one thread at a time,
/// and each is worked on in parts, so that several threads can share the first one.</remarks>
/// <typeparam name="T">What is worked on: it takes the results.</typeparam>
internal sealed class OrderedPipeline<T> : IDisposable
{
    private readonly object _gate = new();
    private readonly Queue<Slot> _slots = new();
    private readonly IEnumerator<T> _source;
    private readonly Func<T, int> _parts;
    private readonly Action<T, int> _work;
    private readonly Action<T> _discard;
    private readonly ReadMeter _meter;
    private readonly int _bound;
    private readonly Thread[] _threads;
    private bool _drawing, _exhausted, _stopped;

    /// <param name="source">The items; enumerated by the threads, one at a time.</param>
    /// <param name="parts">How many parts an item has, at least 1.</param>
    /// <param name="work">Does one part of an item, 0…parts−1; called by several threads at once.</param>
    /// <param name="discard">Frees an item that nobody takes.</param>
    /// <param name="options">Threads and bound.</param>
    /// <param name="meter">Learns how long the taker waits.</param>
    public OrderedPipeline(
        IEnumerable<T> source, Func<T, int> parts, Action<T, int> work, Action<T> discard, ReaderOptions options,
        ReadMeter meter)
    {
        (_source, _parts, _work, _discard, _meter) = (source.GetEnumerator(), parts, work, discard, meter);
        _bound = options.Bound;
        _threads = [.. Enumerable.Range(0, options.Workers).Select(
            i => new Thread(Run) { IsBackground = true, Name = $"maas reader {i}" })];
        foreach (var thread in _threads)
        {
            thread.Start();
        }
    }

    /// <summary>The next item, all of whose parts are done; false after the last.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public bool TryTake(out T item, CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.UnsafeRegister(static o => ((OrderedPipeline<T>)o!).Wake(), this);
        lock (_gate)
        {
            var start = Stopwatch.GetTimestamp();
            while (!cancellationToken.IsCancellationRequested && !(_slots.TryPeek(out var first) ? first.Ready : _exhausted))
            {
                Monitor.Wait(_gate);
            }

            _meter.Waited(Stopwatch.GetTimestamp() - start);
            cancellationToken.ThrowIfCancellationRequested();
            if (!_slots.TryPeek(out var slot))
            {
                item = default!;
                return false;
            }

            slot.Error?.Throw();
            _slots.Dequeue();
            item = slot.Item;
            Monitor.PulseAll(_gate);
            return true;
        }
    }

    /// <summary>Ends the threads, after the parts that they are at, and frees what is left.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            Monitor.PulseAll(_gate);
        }

        foreach (var thread in _threads)
        {
            thread.Join();
        }

        foreach (var slot in _slots)
        {
            if (slot.Parts > 0)
            {
                _discard(slot.Item);
            }
        }

        _slots.Clear();
        _source.Dispose();
    }

    private void Wake()
    {
        lock (_gate)
        {
            Monitor.PulseAll(_gate);
        }
    }

    private void Run()
    {
        while (Next() is { } task)
        {
            if (task.Slot is null)
            {
                Draw();
            }
            else
            {
                Work(task.Slot, task.Part);
            }
        }
    }

    // A part of the first item that has one left, else a new item (no slot), else nothing: the end.
    private (Slot? Slot, int Part)? Next()
    {
        lock (_gate)
        {
            while (!_stopped)
            {
                foreach (var slot in _slots)
                {
                    if (slot.Begun < slot.Parts)
                    {
                        return (slot, slot.Begun++);
                    }
                }

                if (_exhausted)
                {
                    return null;
                }

                if (!_drawing && _slots.Count < _bound)
                {
                    _drawing = true;
                    return (null, 0);
                }

                Monitor.Wait(_gate);
            }

            return null;
        }
    }

    private void Draw()
    {
        Slot? slot = null;
        try
        {
            if (_source.MoveNext())
            {
                slot = new Slot(_source.Current, _parts(_source.Current));
            }
        }
        catch (Exception e)   // Thrown again where the taker comes to it.
        {
            slot = new Slot(default!, 0);
            slot.Fail(e, 0);
        }

        lock (_gate)
        {
            _drawing = false;
            _exhausted = slot is null or { Error: not null };
            if (slot is not null)
            {
                _slots.Enqueue(slot);
            }

            Monitor.PulseAll(_gate);
        }
    }

    private void Work(Slot slot, int part)
    {
        Exception? error = null;
        try
        {
            _work(slot.Item, part);
        }
        catch (Exception e)   // Thrown again where the taker comes to it.
        {
            error = e;
        }

        lock (_gate)
        {
            if (error is not null)
            {
                slot.Fail(error, part);
            }

            slot.Done++;
            if (slot.Ready)
            {
                Monitor.PulseAll(_gate);
            }
        }
    }

    private sealed class Slot(T item, int parts)
    {
        private int _failedPart = int.MaxValue;

        public T Item => item;

        public int Parts => parts;

        public int Begun { get; set; }

        public int Done { get; set; }

        public bool Ready => Done == Parts;

        public System.Runtime.ExceptionServices.ExceptionDispatchInfo? Error { get; private set; }

        // The first part's error, whichever thread was first.
        public void Fail(Exception error, int part)
        {
            if (part < _failedPart)
            {
                (_failedPart, Error) = (
                    part, System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(error));
            }
        }
    }
}
