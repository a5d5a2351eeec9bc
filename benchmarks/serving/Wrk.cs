using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace MaaS.Benchmarks.Serving;

/// <summary>Drives HTTP/1.1.</summary>
internal static partial class Wrk
{
    public static Figures Run(Target target, int connections, int seconds)
    {
        var start = new ProcessStartInfo(
            "wrk",
            ["-t1", $"-c{connections}", $"-d{seconds}s", "--timeout", "10s", "-s",
             Path.Combine(AppContext.BaseDirectory, target.IsLines ? "post_lines.lua" : "post.lua"),
                target.Url.ToString(), "--", target.Body, .. target.Headers])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        var result = Line().Match(output);
        if (!result.Success)
        {
            throw new InvalidDataException($"{target.Name}: expected figures from wrk, got: {output}");
        }

        double Figure(int group) => double.Parse(result.Groups[group].Value, CultureInfo.InvariantCulture);
        return new Figures(Figure(1) / Figure(2), Figure(3), Figure(4), (int)Figure(5));
    }

    [GeneratedRegex(@"RESULT requests=(\d+) seconds=([\d.]+) p50=([\d.]+) p99=([\d.]+) errors=(\d+)")]
    private static partial Regex Line();
}
