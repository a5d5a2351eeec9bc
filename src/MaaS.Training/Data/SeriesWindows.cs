using static TorchSharp.torch;

namespace MaaS.Training.Data;

/// <summary>Windows of a long series of numbers, to foretell what follows each of them.</summary>
public static class SeriesWindows
{
    /// <summary>Every window and what follows it.</summary>
    /// <param name="series">(N, F), oldest first; a series that is split in time is split before this, so that no
    /// window reaches over the split.</param>
    /// <param name="length">Steps of a window, at least 1.</param>
    /// <param name="horizon">Steps to foretell, at least 1.</param>
    /// <param name="targets">How many numbers of a step to foretell: the first ones, 1 to F.</param>
    /// <returns>Inputs (W, length, F) and targets (W, horizon, <paramref name="targets"/>), W = N − length − horizon +
    /// 1: views of the series' own memory, however many windows there are; the caller owns both.</returns>
    /// <exception cref="ArgumentException">The series is too short or of another shape.</exception>
    public static (Tensor Inputs, Tensor Targets) Of(Tensor series, long length, long horizon, long targets = 1)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(horizon, 1);
        if (series.dim() != 2 || series.shape[0] < length + horizon || targets < 1 || targets > series.shape[1])
        {
            throw new ArgumentException(
                $"SeriesWindows: expected a series (N,F) of N at least {length + horizon} and F at least {targets}, "
                    + $"got ({string.Join(",", series.shape)}).",
                nameof(series));
        }

        using var scope = NewDisposeScope();
        var count = series.shape[0] - length - horizon + 1;
        var inputs = series.narrow(0, 0, series.shape[0] - horizon).unfold(0, length, 1).transpose(1, 2);   // (W, T, F)
        var future = series.narrow(0, length, count + horizon - 1).narrow(1, 0, targets)
            .unfold(0, horizon, 1).transpose(1, 2);                                                         // (W, H, K)
        return (inputs.MoveToOuterDisposeScope(), future.MoveToOuterDisposeScope());
    }
}
