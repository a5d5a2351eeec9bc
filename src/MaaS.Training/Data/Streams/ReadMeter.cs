using System.Diagnostics;

namespace MaaS.Training.Data.Streams;

/// <summary>Counts what one reading delivers.</summary>
internal sealed class ReadMeter
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private long _samples, _leftOut, _waited, _end;

    /// <summary>The figures so far.</summary>
    public ReadStatistics Snapshot()
    {
        var end = Interlocked.Read(ref _end);
        return new ReadStatistics(
            Interlocked.Read(ref _samples), Interlocked.Read(ref _leftOut),
            Stopwatch.GetElapsedTime(_start, end == 0 ? Stopwatch.GetTimestamp() : end).TotalSeconds,
            (double)Interlocked.Read(ref _waited) / Stopwatch.Frequency);
    }

    public void Add(int samples, int leftOut)
    {
        Interlocked.Add(ref _samples, samples);
        Interlocked.Add(ref _leftOut, leftOut);
    }

    /// <summary>Adds time, in the unit of <see cref="Stopwatch"/>.</summary>
    public void Waited(long ticks) => Interlocked.Add(ref _waited, ticks);

    public void End() => Interlocked.CompareExchange(ref _end, Stopwatch.GetTimestamp(), 0);
}
