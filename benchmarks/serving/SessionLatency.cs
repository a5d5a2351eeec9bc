using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace MaaS.Benchmarks.Serving;

/// <summary>What <c>Session.Run</c> itself takes on the benchmark's input, one run after another: the floor of
/// latency.</summary>
internal static class SessionLatency
{
    public static int Print(string model, string binary)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1 };
        using var session = new InferenceSession(model, options);
        using var run = new RunOptions();
        var bytes = File.ReadAllBytes(binary);
        var data = new float[bytes.Length / sizeof(float)];
        Buffer.BlockCopy(bytes, 0, data, 0, bytes.Length);
        using var input = OrtValue.CreateTensorValueFromMemory(
            OrtMemoryInfo.DefaultInstance, data.AsMemory(), [1, 1, 28, 28]);
        var micros = new double[20_000];
        for (var i = -5_000; i < micros.Length; i++)
        {
            var start = Stopwatch.GetTimestamp();
            session.Run(run, session.InputNames, [input], session.OutputNames).Dispose();
            micros[Math.Max(i, 0)] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }

        Array.Sort(micros);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"RESULT p50={micros[micros.Length / 2]:0.0}"));
        return 0;
    }
}
