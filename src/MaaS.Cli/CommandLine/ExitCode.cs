namespace MaaS.Cli.CommandLine;

/// <summary>What the process returns to its caller.</summary>
public static class ExitCode
{
    /// <summary>The work was done.</summary>
    public const int Success = 0;

    /// <summary>The command was understood and failed: missing data, a model that does not load, a full disk.</summary>
    public const int Failure = 1;

    /// <summary>The command line was wrong; nothing was done.</summary>
    public const int Usage = 2;

    /// <summary>The user cancelled (Ctrl+C), as shells report SIGINT.</summary>
    public const int Cancelled = 130;
}
