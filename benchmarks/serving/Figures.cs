namespace MaaS.Benchmarks.Serving;

/// <summary>What one run of a load generator measured.</summary>
/// <param name="PerSecond">Requests answered a second.</param>
/// <param name="P50">Median latency, µs.</param>
/// <param name="P99">99th percentile of latency, µs.</param>
/// <param name="Errors">Requests without an answer, or with one that is not 200.</param>
internal sealed record Figures(double PerSecond, double P50, double P99, int Errors)
{
    /// <summary>Processor time of the server for each request, µs; hardly depends on what else the machine does.</summary>
    public double Cpu { get; init; }
}
