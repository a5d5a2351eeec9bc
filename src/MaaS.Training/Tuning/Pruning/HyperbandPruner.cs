using MaaS.Training.Tuning.Sampling;

namespace MaaS.Training.Tuning.Pruning;

/// <summary>Hyperband: several successive halvings, from one that stops most trials early to one that stops none, each
/// with its share of the trials.</summary>
/// <remarks>Li et al. 2018. Which bracket a trial is in follows from its number, and a trial is judged among those of
/// its bracket.</remarks>
public sealed class HyperbandPruner : IPruner
{
    private readonly SuccessiveHalvingPruner[] _brackets;
    private readonly int[] _shares;

    /// <summary>Makes one.</summary>
    /// <param name="lastStep">Step at which a trial is complete, as its epochs.</param>
    /// <param name="firstRung">Step at which the quickest bracket judges first, 1 to
    /// <paramref name="lastStep"/>.</param>
    /// <param name="factor">As in <see cref="SuccessiveHalvingPruner"/>, at least 2.</param>
    public HyperbandPruner(long lastStep, long firstRung = 1, int factor = 3)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(firstRung, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(lastStep, firstRung);
        ArgumentOutOfRangeException.ThrowIfLessThan(factor, 2);
        List<SuccessiveHalvingPruner> brackets = [];
        for (var rung = firstRung; rung <= lastStep; rung = checked(rung * factor))
        {
            brackets.Add(new SuccessiveHalvingPruner(rung, factor, lastStep));
        }

        _brackets = [.. brackets];

        // The number of trials that a bracket starts with, relative to the others: ceil((s_max + 1) η^s / (s + 1)).
        _shares = [.. Enumerable.Range(0, _brackets.Length).Select(b =>
        {
            var s = _brackets.Length - 1 - b;
            return (int)Math.Ceiling(_brackets.Length * Math.Pow(factor, s) / (s + 1));
        })];
    }

    /// <inheritdoc/>
    public string Name => "hyperband";

    /// <inheritdoc/>
    public bool ShouldPrune(PruningContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var bracket = Bracket(context.Number);
        return _brackets[bracket].ShouldPrune(
            context with { Trials = [.. context.Trials.Where(t => Bracket(t.Number) == bracket)] });
    }

    // By a number that has nothing to do with the order of trials, so that every stretch of trials has all brackets.
    internal int Bracket(long number)
    {
        var place = SamplingContext.Mix(_shares.Length, number) % _shares.Sum();
        for (var b = 0; ; b++)
        {
            place -= _shares[b];
            if (place < 0)
            {
                return b;
            }
        }
    }
}
