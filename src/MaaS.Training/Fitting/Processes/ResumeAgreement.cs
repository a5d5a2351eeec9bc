namespace MaaS.Training.Fitting.Processes;

/// <summary>Makes sure that all processes go on from one checkpoint.</summary>
internal static class ResumeAgreement
{
    /// <summary>Compares the updates that the processes' checkpoints stand at.</summary>
    /// <param name="group">Null or one process: nothing happens.</param>
    /// <param name="steps">Of this process's checkpoint.</param>
    /// <exception cref="InvalidDataException">They differ, as where a folder was copied and not shared.</exception>
    public static void Require(IProcessGroup? group, long steps)
    {
        if (group is { Size: > 1 }
            && group.Gather(BitConverter.GetBytes(steps)).Any(other => BitConverter.ToInt64(other) != steps))
        {
            throw new InvalidDataException(
                $"Resume: expected the same checkpoint in all processes, got one of {steps} steps here and others "
                    + "elsewhere; share the folder, or copy it anew.");
        }
    }
}
