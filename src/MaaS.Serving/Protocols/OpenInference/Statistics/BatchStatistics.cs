namespace MaaS.Serving.Protocols.OpenInference.Statistics;

/// <summary>Runs of one batch size.</summary>
/// <param name="Size">Rows of the run.</param>
/// <param name="Input">Preparing inputs.</param>
/// <param name="Infer">The runs.</param>
/// <param name="Output">Writing answers.</param>
internal sealed record BatchStatistics(int Size, DurationCount Input, DurationCount Infer, DurationCount Output);
