using System.Runtime.ExceptionServices;

namespace MaaS.Tabular.Learners;

/// <summary>A loop on several cores that throws what its body throws.</summary>
internal static class ParallelLoop
{
    /// <summary>Runs the body for 0 to below a count, in any order.</summary>
    /// <param name="count">How often.</param>
    /// <param name="body">Gets the index.</param>
    /// <param name="parallelism">Bodies at a time; −1 for as many as there are cores.</param>
    /// <param name="cancellationToken">Checked before each.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <remarks>Where several bodies throw, the first exception that was noted is thrown as it was, not an
    /// <see cref="AggregateException"/>, which nobody who waits for a learner's refusal would catch.</remarks>
    public static void For(
        int count, Action<int> body, int parallelism = -1, CancellationToken cancellationToken = default)
    {
        try
        {
            Parallel.For(
                0, count,
                new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellationToken },
                body);
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.Flatten().InnerExceptions[0]);
        }
    }
}
