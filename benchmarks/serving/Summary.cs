using System.Globalization;

namespace MaaS.Benchmarks.Serving;

/// <summary>All ratios of a run beside what was aimed at.</summary>
internal sealed class Summary
{
    private readonly List<string> _rows = [];

    /// <summary>Adds a comparison; ratios are ours over theirs.</summary>
    /// <param name="what">Who is compared with whom.</param>
    /// <param name="connections">Of the client.</param>
    /// <param name="throughput">Requests a second; more is better.</param>
    /// <param name="aim">Least throughput aimed at; null for none.</param>
    /// <param name="tail">p99 of latency; less is better.</param>
    /// <param name="tailAim">Most p99 aimed at; null for none.</param>
    /// <param name="cpu">Processor time of the server for each request; less is better.</param>
    public void AddRatio(
        string what, int connections, double throughput, double? aim, double tail, double? tailAim, double cpu)
        => Add(
            what, connections, $"{Text(throughput, "0.00")}×", aim is { } least ? $"≥ {Text(least, "0.00")}×" : "",
            $"{Text(tail, "0.00")}×",
            tailAim is { } most ? $"≤ {Text(most, "0.00")}×" : "",
            (aim is null || throughput >= aim) && (tailAim is null || tail <= tailAim), aim is not null,
            $"{Text(cpu, "0.00")}×");

    /// <summary>Adds a latency in µs.</summary>
    public void AddLatency(string what, double micros, double aim)
        => Add(what, 1, $"{Text(micros, "0.0")} µs", $"≤ {Text(aim, "0")} µs", "", "", micros <= aim, hasAim: true);

    public void Print()
    {
        Console.WriteLine();
        Console.WriteLine("| | connections | measured | aim | p99 | aim | met | processor time |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        _rows.ForEach(Console.WriteLine);
    }

    private void Add(
        string what, int connections, string measured, string aim, string tail, string tailAim, bool isMet, bool hasAim,
        string cpu = "")
    {
        var met = !hasAim ? "" : isMet ? "yes" : "no";
        _rows.Add($"| {what} | {connections} | {measured} | {aim} | {tail} | {tailAim} | {met} | {cpu} |");
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
