namespace MaaS.Fuzzing.Engine;

/// <summary>The process that runs inputs on instrumented code. An input may end it; the supervisor notices.</summary>
internal static class FuzzWorker
{
    /// <summary>Exit code after an input that does not come to an end.</summary>
    public const int Hung = 86;

    private static readonly TimeSpan LongestInput = TimeSpan.FromSeconds(20);

    public static int Run(FuzzArguments arguments)
    {
        var coverage = new Coverage();
        using var progress = new Progress(Path.Combine(arguments.Output, "progress"));
        var faults = new FaultFolder(Path.Combine(arguments.Output, "faults"));
        var before = -1L;
        using var watch = new Timer(
            _ =>
            {
                var tried = progress.Tried;
                if (tried == before)
                {
                    Environment.Exit(Hung);
                }

                before = tried;
            },
            state: null,
            LongestInput,
            LongestInput);
        new FuzzLoop(arguments.Harness, coverage, faults, progress, Console.Out).Run(arguments.Inputs, arguments.Seed);
        return 0;
    }
}
