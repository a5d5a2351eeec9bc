namespace MaaS.Benchmarks.Generation;

/// <summary>Prints what was measured.</summary>
internal static class Report
{
    public static void Write(int clients, Dictionary<string, List<Measurement>> results)
    {
        Console.WriteLine();
        Console.WriteLine(
            $"{clients + " clients",-30} {"tokens/s",9} {"ratio",6}   first token ms p50, p99   between tokens ms "
                + $"p50, p99");
        var first = Median(results.First().Value, static m => m.Throughput);
        foreach (var (name, runs) in results)
        {
            var throughput = Median(runs, static m => m.Throughput);
            Console.WriteLine(
                $"{name,-30} {throughput,9:F1} {first / throughput,6:F2}   "
                + $"{Median(runs, static m => Measurement.Quantile(m.Firsts, 0.5)),10:F0} "
                + $"{Median(runs, static m => Measurement.Quantile(m.Firsts, 0.99)),12:F0}   "
                + $"{Median(runs, static m => Measurement.Quantile(m.Betweens, 0.5)),12:F1} "
                + $"{Median(runs, static m => Measurement.Quantile(m.Betweens, 0.99)),12:F1}");
        }
    }

    private static double Median(List<Measurement> runs, Func<Measurement, double> figure)
        => Measurement.Quantile([.. runs.Select(figure)], 0.5);
}
