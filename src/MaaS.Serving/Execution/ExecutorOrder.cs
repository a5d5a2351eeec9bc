namespace MaaS.Serving.Execution;

/// <summary>Places in the chain of executors, from the outside in.</summary>
public static class ExecutorOrder
{
    /// <summary>Counts and times every request, however it ends.</summary>
    public const int Statistics = 100;

    /// <summary>Keeps requests and answers for later looks.</summary>
    public const int Sampling = 200;

    /// <summary>Sends copies to another version.</summary>
    public const int Shadow = 300;
}
