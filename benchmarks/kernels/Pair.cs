using System.Diagnostics;
using static TorchSharp.torch;

namespace MaaS.Benchmarks.Kernels;

/// <summary>A kernel of MaaS and the expression of torch's operators that does the same, timed in turns.</summary>
/// <param name="Kernel">The class that is measured.</param>
/// <param name="Case">Sizes.</param>
/// <param name="Threads">Threads inside torch's operators, as the kernel meets them in training.</param>
/// <param name="Ours">One call of the kernel.</param>
/// <param name="Torch">The same with torch's operators.</param>
internal sealed record Pair(string Kernel, string Case, int Threads, Action Ours, Action Torch)
{
    // A single call of a small case is shorter than the clock's noise.
    private const double LeastMilliseconds = 2;

    /// <summary>Medians of one call, in milliseconds.</summary>
    public (double Ours, double Torch) Measure(int repeats)
    {
        set_num_threads(Threads);
        var calls = CallsPerSample();
        double[] ours = new double[repeats], torch = new double[repeats];
        for (var i = 0; i < repeats; i++)
        {
            // Every other repeat backwards: who comes after whom is no advantage.
            if (i % 2 == 0)
            {
                ours[i] = Sample(Ours, calls);
            }

            torch[i] = Sample(Torch, calls);
            if (i % 2 == 1)
            {
                ours[i] = Sample(Ours, calls);
            }
        }

        return (Median(ours), Median(torch));
    }

    private int CallsPerSample()
    {
        for (var i = 0; i < 30; i++)
        {
            // .NET compiles a method at its best after thirty calls.
            Sample(Ours, 1);
            Sample(Torch, 1);
        }

        return (int)Math.Clamp(LeastMilliseconds / Sample(Ours, 1), 1, 1000);
    }

    private static double Sample(Action action, int calls)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < calls; i++)
        {
            using var scope = NewDisposeScope();
            action();
        }

        return Stopwatch.GetElapsedTime(start).TotalMilliseconds / calls;
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
    }
}
