namespace MaaS.Tabular.Streaming;

/// <summary>A step of training on a table that is larger than memory.</summary>
/// <param name="Name">What was done.</param>
/// <param name="Rows">Rows that it went over.</param>
/// <param name="Seconds">Time.</param>
public sealed record StreamedStep(string Name, int Rows, double Seconds);
