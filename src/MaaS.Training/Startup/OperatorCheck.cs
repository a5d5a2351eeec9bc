using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace MaaS.Training.Startup;

/// <summary>Compares operators of this process with float64.</summary>
internal static class OperatorCheck
{
    /// <summary>Measures cases on one thread of torch.</summary>
    /// <param name="cases">What to measure, in this order.</param>
    /// <param name="stopAtWrong">
    /// Whether to stop after the first case that is wrong: the next may write where it must not.
    /// </param>
    /// <param name="draws">How often each case is measured, with other inputs; the largest error counts.</param>
    /// <remarks>
    /// Runs on a thread of its own, where the caller's scopes (no_grad, inference mode, dispose scopes, a trace) do
    /// not hold.
    /// The number of threads and the state of torch's generator are as before afterwards.
    /// </remarks>
    public static IReadOnlyList<OperatorError> Run(IReadOnlyList<OperatorCase> cases, bool stopAtWrong, int draws = 1)
    {
        List<OperatorError> errors = [];
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Measure(cases, stopAtWrong, draws, errors);
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        })
        { Name = "operator check", IsBackground = true };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return errors;
    }

    private static void Measure(
        IReadOnlyList<OperatorCase> cases, bool stopAtWrong, int draws, List<OperatorError> errors)
    {
        var threads = get_num_threads();
        using var random = get_rng_state();
        set_num_threads(1);
        try
        {
            foreach (var item in cases)
            {
                errors.AddRange(Worst(item, draws));
                if (stopAtWrong && errors.Exists(static e => e.IsWrong))
                {
                    return;
                }
            }
        }
        finally
        {
            set_rng_state(random);
            set_num_threads(threads);
        }
    }

    private static OperatorError[] Worst(OperatorCase item, int draws)
        =>
        [
            .. Enumerable.Range(1, draws).SelectMany(item.Measure).GroupBy(static e => e.Result)
                .Select(static of => of.MaxBy(Rank)!),
        ];

    // NaN is worse than any number, where MaxBy takes it for the least.
    private static double Rank(OperatorError error)
        => double.IsNaN(error.Error) ? double.PositiveInfinity : error.Error;
}
