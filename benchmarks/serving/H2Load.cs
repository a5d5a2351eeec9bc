using System.Diagnostics;
using System.Globalization;

namespace MaaS.Benchmarks.Serving;

/// <summary>Drives HTTP/2, which wrk does not speak: one stream a connection, as wrk has one request a connection.</summary>
internal static class H2Load
{
    public static Figures Run(Target target, int connections, int seconds)
    {
        var log = target.Body + ".log";
        File.Delete(log);
        var start = new ProcessStartInfo(
            "h2load",
            [
                "-t1", $"-c{connections}", "-m1", $"-D{seconds}", "-d", target.Body, $"--log-file={log}",
                .. target.Headers.SelectMany(static h => new[] { "-H", h }), target.Url.ToString(),
            ])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return File.Exists(log) && Read(log, seconds) is { } figures
            ? figures : throw new InvalidDataException($"{target.Name}: expected figures from h2load, got: {output}");
    }

    /// <summary>Each line has the time of the start, the status and the latency of one request.</summary>
    private static Figures? Read(string log, int seconds)
    {
        List<long> latencies = [];
        var errors = 0;
        foreach (var line in File.ReadLines(log))
        {
            var fields = line.Split('\t');
            latencies.Add(long.Parse(fields[2], CultureInfo.InvariantCulture));
            errors += fields[1] == "200" ? 0 : 1;
        }

        latencies.Sort();
        return latencies.Count == 0 ? null
            : new Figures((double)latencies.Count / seconds, Percentile(0.5), Percentile(0.99), errors);

        double Percentile(double share) => latencies[(int)(share * (latencies.Count - 1))];
    }
}
