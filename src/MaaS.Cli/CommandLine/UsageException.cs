namespace MaaS.Cli.CommandLine;

/// <summary>The command line is understood but asks for something that no run can give; ends in
/// <see cref="ExitCode.Usage"/>.</summary>
internal sealed class UsageException(string message, Exception? cause = null) : Exception(message, cause);
