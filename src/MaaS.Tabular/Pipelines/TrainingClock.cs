using System.Diagnostics;

namespace MaaS.Tabular.Pipelines;

/// <summary>How much of a budget is left.</summary>
/// <param name="budget">Null for any time.</param>
internal sealed class TrainingClock(TimeSpan? budget)
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    /// <summary>Whether there is a budget.</summary>
    public bool IsLimited => budget is not null;

    /// <summary>Time until a share of the budget is used up, at least none; null for any.</summary>
    public TimeSpan? Until(double share) => budget is { } all
        ? TimeSpan.FromTicks(Math.Max(0, (share * all - _watch.Elapsed).Ticks)) : null;

    /// <summary>A source that is cancelled when a share of the budget is used up.</summary>
    public CancellationTokenSource Limit(double share, CancellationToken cancellationToken)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var left = Until(share);
        limit.CancelAfter(left ?? Timeout.InfiniteTimeSpan);
        if (left == TimeSpan.Zero)
        {
            limit.Cancel();    // A timer would fire some time later.
        }

        return limit;
    }
}
