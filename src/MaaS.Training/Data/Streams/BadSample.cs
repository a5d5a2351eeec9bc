namespace MaaS.Training.Data.Streams;

/// <summary>What happens to a sample that cannot be read.</summary>
public enum BadSample
{
    /// <summary>Reading ends with an <see cref="InvalidDataException"/> that names it.</summary>
    Refuse,

    /// <summary>It is left out of its batch, which has a sample fewer, and counted. A batch of which nothing is left
    /// ends the reading.</summary>
    LeaveOut,
}
