using MaaS.Training.Fitting;
using MaaS.Training.Fitting.Processes;

namespace MaaS.Cli.CommandLine;

/// <summary>The part of one process in a command that mpirun started several times.</summary>
internal static class ProcessShare
{
    /// <summary>The same training on all processes together: <c>--batch-size</c> is that of all of them.</summary>
    /// <exception cref="UsageException">The batch cannot be divided.</exception>
    public static TrainerOptions Of(TrainerOptions options, IProcessGroup processes)
    {
        if (processes.Size == 1)
        {
            return options;
        }

        return options.BatchSize % processes.Size == 0
            ? options with { BatchSize = options.BatchSize / processes.Size, Processes = processes }
            : throw new UsageException(
                $"--batch-size: expected a multiple of the {processes.Size} processes, got {options.BatchSize}.");
    }

    /// <summary>The first process alone writes and shows; what the others print is dropped.</summary>
    /// <returns>Whether this is the first process.</returns>
    public static bool Shows(IProcessGroup processes)
    {
        if (processes.Rank > 0)
        {
            Console.SetOut(TextWriter.Null);
        }

        return processes.Rank == 0;
    }
}
