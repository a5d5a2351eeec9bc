using System.Runtime.InteropServices;
using MaaS.Training.Fitting.Processes;

namespace MaaS.Training.Tests.Fitting;

/// <summary>Threads of one process that act as a group of processes.</summary>
internal sealed class ThreadGroup : IDisposable
{
    private readonly Barrier _barrier;
    private readonly byte[][] _slots;
    private readonly Member[] _members;

    public ThreadGroup(int size)
    {
        _barrier = new Barrier(size);
        _slots = new byte[size][];
        _members = [.. Enumerable.Range(0, size).Select(rank => new Member(this, rank))];
    }

    /// <summary>Runs work on a thread a rank and waits for all.</summary>
    /// <exception cref="AggregateException">What the ranks threw.</exception>
    public static void Run(int size, Action<IProcessGroup> work)
    {
        using var group = new ThreadGroup(size);
        var failures = new Exception?[size];
        Thread[] threads = [.. group._members.Select(m => new Thread(() =>
        {
            try
            {
                work(m);
            }
            catch (Exception e)
            {
                failures[m.Rank] = e;
                group._barrier.RemoveParticipant();
            }
        }))];
        Array.ForEach(threads, static t => t.Start());
        Array.ForEach(threads, static t => t.Join());
        if (failures.OfType<Exception>().ToArray() is { Length: > 0 } thrown)
        {
            throw new AggregateException(thrown);
        }
    }

    public void Dispose() => _barrier.Dispose();

    private byte[][] Exchange(int rank, ReadOnlySpan<byte> bytes)
    {
        _slots[rank] = bytes.ToArray();
        _barrier.SignalAndWait();
        byte[][] all = [.. _slots];
        _barrier.SignalAndWait();
        return all;
    }

    private sealed class Member(ThreadGroup group, int rank) : IProcessGroup
    {
        public int Rank => rank;

        public int Size => group._slots.Length;

        public void Sum(Span<float> values) => Add(values, static (a, b) => a + b);

        public void Sum(Span<double> values) => Add(values, static (a, b) => a + b);

        public void Broadcast(Span<byte> bytes, int root) => group.Exchange(rank, bytes)[root].CopyTo(bytes);

        public byte[][] Gather(ReadOnlySpan<byte> bytes) => group.Exchange(rank, bytes);

        public unsafe IPendingSum BeginSum(nint address, int count) => new Pending(this, address, count);

        // A rank that throws leaves the barrier.
        public void Abort(string reason)
        {
        }

        public void Dispose()
        {
        }

        private void Add<T>(Span<T> values, Func<T, T, T> add)
            where T : struct
        {
            var all = group.Exchange(rank, MemoryMarshal.AsBytes(values));
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = all.Select(bytes => MemoryMarshal.Cast<byte, T>(bytes)[i]).Aggregate(add);
            }
        }

        private sealed class Pending(Member member, nint address, int count) : IPendingSum
        {
            public bool Poll() => false;

            public unsafe void Wait() => member.Sum(new Span<float>((float*)address, count));
        }
    }
}
