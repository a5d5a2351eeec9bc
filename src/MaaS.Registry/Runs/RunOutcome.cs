namespace MaaS.Registry.Runs;

/// <summary>How a run ended.</summary>
public enum RunOutcome
{
    /// <summary>It has not ended, and its process was heard of a moment ago.</summary>
    Running,

    /// <summary>It came to its end.</summary>
    Finished,

    /// <summary>It ended by an error.</summary>
    Failed,

    /// <summary>Somebody stopped it.</summary>
    Cancelled,

    /// <summary>It has not said how it ended, and its process was not heard of for a minute: killed, or cut off from
    /// the database.</summary>
    Killed,
}
