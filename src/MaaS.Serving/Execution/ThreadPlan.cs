namespace MaaS.Serving.Execution;

/// <summary>How one model uses the cores.</summary>
/// <param name="Concurrency">Runs at once.</param>
/// <param name="IntraOpThreads">Threads of each.</param>
/// <remarks>
/// Several runs of one thread each compute more than one run on all cores, which waits at the end of every operator; so
/// that is the plan unless the options name another. What they leave open is chosen so that runs times threads fit the
/// cores.
/// </remarks>
internal readonly record struct ThreadPlan(int Concurrency, int IntraOpThreads)
{
    public static ThreadPlan Of(ModelOptions options)
    {
        var cores = Environment.ProcessorCount;
        var concurrency = options.Concurrency is > 0 and var runs ? runs : (int?)null;
        var threads = options.IntraOpThreads is > 0 and var own
            ? own : concurrency is { } many ? Math.Max(1, cores / many) : 1;
        return new ThreadPlan(concurrency ?? Math.Max(1, cores / threads), threads);
    }
}
