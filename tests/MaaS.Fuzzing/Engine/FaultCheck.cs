using System.Diagnostics;

namespace MaaS.Fuzzing.Engine;

/// <summary>Runs one input and judges what happened.</summary>
internal static class FaultCheck
{
    /// <summary>An input may hold its thread so long.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    /// <summary>An input may take so much managed memory, in bytes: no input has more than 64 KiB.</summary>
    public const long MostBytes = 64 << 20;

    /// <summary>The fault of a reader on an input, or null.</summary>
    public static Fault? Of(IFuzzHarness harness, byte[] input)
    {
        var fault = Once(harness, input, out var time);

        // On a busy machine a thread waits for its turn: what is slow must be slow again, in time of the processor.
        return fault is not null || time < Longest || Again(harness, input) < Longest || Again(harness, input) is var least && least < Longest ? fault
            : new Fault("slow", $"took {least.TotalSeconds:F1} s, three times more than {Longest.TotalSeconds} s");
    }

    private static TimeSpan Again(IFuzzHarness harness, byte[] input)
    {
        var before = Environment.CpuUsage.TotalTime;
        Once(harness, input, out var time);
        var computing = Environment.CpuUsage.TotalTime - before;
        return time < computing ? time : computing;
    }

    private static Fault? Once(IFuzzHarness harness, byte[] input, out TimeSpan time)
    {
        var start = Stopwatch.GetTimestamp();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Fault? fault = null;
        try
        {
            harness.Run(input);
        }
        catch (FuzzFaultException e)
        {
            fault = new Fault($"differs: {Place(e)}", e.ToString());
        }
        catch (Exception e) when (harness.IsDocumented(e))
        {
            // What the documentation promises for such an input.
        }
        catch (Exception e)
        {
            fault = new Fault($"{e.GetType().Name}: {Place(e)}", e.ToString());
        }

        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        time = Stopwatch.GetElapsedTime(start);
        return fault ?? (bytes > MostBytes ? new Fault("memory", $"took {bytes >> 20} MiB, more than {MostBytes >> 20}") : null);
    }

    /// <summary>The innermost method of MaaS on the stack.</summary>
    private static string Place(Exception exception)
    {
        var frame = new StackTrace(exception).GetFrames().Select(f => f.GetMethod())
            .FirstOrDefault(m => m?.DeclaringType?.FullName?.StartsWith("MaaS.", StringComparison.Ordinal) == true
                && m.DeclaringType != typeof(FuzzFaultException));
        return frame is null ? "?" : $"{frame.DeclaringType!.FullName}.{frame.Name}";
    }
}
