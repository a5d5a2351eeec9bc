using MaaS.Registry.Runs;

namespace MaaS.Cli.CommandLine;

/// <summary>Where the results of a run go.</summary>
/// <param name="Model">The trained model.</param>
/// <param name="Report">The page that tells of the run; null where none was asked for.</param>
/// <param name="Command">The command line, for the page.</param>
/// <param name="Run">The run in a registry; null where it is not kept.</param>
internal sealed record TrainingOutput(string Model, string? Report, string Command, RunLog? Run);
