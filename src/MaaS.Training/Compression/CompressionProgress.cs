namespace MaaS.Training.Compression;

/// <summary>Where compression stands.</summary>
/// <param name="Step">The step that begins, 1 for the first.</param>
/// <param name="Steps">Number of steps.</param>
/// <param name="Activity">What it does.</param>
public sealed record CompressionProgress(int Step, int Steps, string Activity);
