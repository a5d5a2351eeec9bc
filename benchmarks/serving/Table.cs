namespace MaaS.Benchmarks.Serving;

/// <summary>Figures of several targets, taken in turns so that all meet the same neighbours.</summary>
internal sealed class Table(string title, Target[] targets, int rounds, int seconds)
{
    private readonly Dictionary<(int Connections, string Target), List<Figures>> _figures = [];

    /// <summary>Drives every target until its code is compiled at its best, which takes .NET thousands of
    /// requests.</summary>
    public void WarmUp()
    {
        foreach (var target in targets)
        {
            target.Drive(connections: 16, seconds: 3);
        }
    }

    public void Measure(int connections)
    {
        for (var round = 0; round < rounds; round++)
        {
            // Every other round backwards: who comes after whom is no advantage.
            foreach (var target in round % 2 == 0 ? targets : targets.Reverse())
            {
                Of(connections, target.Name).Add(target.Drive(connections, seconds));
            }
        }
    }

    public void Print(int connections)
    {
        Console.WriteLine();
        Console.WriteLine($"{title}, {connections} connection{(connections == 1 ? "" : "s")}");
        Console.WriteLine("| | requests/s | p50, µs | p99, µs | processor, µs a request |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (var target in targets)
        {
            var best = Of(connections, target.Name).MaxBy(static f => f.PerSecond)!;
            var cpu = Median(Of(connections, target.Name).Select(static f => f.Cpu));
            Console.WriteLine(
                $"| {target.Name} | {best.PerSecond:0} | {best.P50:0} | {best.P99:0} | {cpu:0} |"
                    + Errors(connections, target));
        }
    }

    /// <summary>Compares two targets, round by round.</summary>
    public void Compare(
        Summary summary, int connections, string ours, string theirs, double? aim = null, double? tailAim = null)
    {
        var pairs = Of(connections, ours).Zip(Of(connections, theirs)).ToArray();
        summary.AddRatio(
            $"{title}: {ours} / {theirs}",
            connections,
            Median(pairs.Select(static p => p.First.PerSecond / p.Second.PerSecond)),
            aim,
            Median(pairs.Select(static p => p.First.P99 / p.Second.P99)),
            tailAim,
            Median(Of(connections, ours).Select(static f => f.Cpu))
                / Median(Of(connections, theirs).Select(static f => f.Cpu)));
    }

    public double BestP50(int connections, string target) => Of(connections, target).Min(static f => f.P50);

    private string Errors(int connections, Target target)
        => Of(connections, target.Name).Sum(static f => f.Errors) is > 0 and var errors ? $" {errors} errors" : "";

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private List<Figures> Of(int connections, string target)
    {
        if (!_figures.TryGetValue((connections, target), out var figures))
        {
            _figures[(connections, target)] = figures = [];
        }

        return figures;
    }
}
