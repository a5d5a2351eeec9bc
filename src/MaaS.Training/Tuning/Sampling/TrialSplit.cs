using MaaS.Registry.Studies;
using MaaS.Training.Tuning.Fronts;

namespace MaaS.Training.Tuning.Sampling;

/// <summary>Trials split into good ones and others, in the order of their numbers, with weights.</summary>
/// <param name="Finished">How many have a result.</param>
internal sealed record TrialSplit(
    IReadOnlyList<TrialRecord> Good, IReadOnlyList<double> GoodWeights, IReadOnlyList<TrialRecord> Others,
    IReadOnlyList<double> OtherWeights, int Finished)
{
    // Trials from the newest on that count in full; older ones count less.
    private const int Recent = 25;

    private const double LeastWeight = 1e-12;

    public static TrialSplit Of(
        IReadOnlyList<TrialRecord> trials, IReadOnlyList<Objective> objectives, TpeOptions options)
    {
        TrialRecord[] ended = [.. trials.Where(
            t => t.State == TrialState.Complete || (t.State == TrialState.Pruned && objectives.Count == 1))];
        var count = Math.Min(options.MostGood, (int)Math.Ceiling(options.GoodShare * ended.Length));
        var (good, weights) = objectives.Count == 1
            ? (Best(ended, objectives[0], count), null) : Front(ended, objectives, count);
        var known = good.Select(static t => t.Number).ToHashSet();
        TrialRecord[] others = [.. trials.Where(
            t => t.State is TrialState.Running or TrialState.Complete or TrialState.Pruned or TrialState.Failed
                && !t.IsAccident && !known.Contains(t.Number))];
        return new TrialSplit(good, weights ?? Ramp(good.Length), others, Ramp(others.Length), ended.Length);
    }

    private static TrialRecord[] Best(TrialRecord[] ended, Objective objective, int count)
        => [.. ended.OrderBy(t => Rank(t, objective)).Take(count).OrderBy(static t => t.Number)];

    // Complete trials by value; pruned ones after them, by how far they came and then by the last value.
    private static (int Kind, long Step, double Loss) Rank(TrialRecord trial, Objective objective)
    {
        if (trial.State == TrialState.Complete)
        {
            return (0, 0, objective.Loss(trial.Values![0]));
        }

        if (trial.Reports.Count == 0)
        {
            return (2, 0, 0);
        }

        var last = trial.Reports.Keys.Max();
        var loss = objective.Loss(trial.Reports[last]);
        return (1, -last, double.IsNaN(loss) ? double.PositiveInfinity : loss);
    }

    private static (TrialRecord[] Good, double[]? Weights) Front(
        TrialRecord[] ended, IReadOnlyList<Objective> objectives, int count)
    {
        if (ended.Length == 0)
        {
            return ([], null);
        }

        IReadOnlyList<double>[] losses =
            [.. ended.Select(t => (IReadOnlyList<double>)[.. t.Values!.Select((v, i) => objectives[i].Loss(v))])];
        var ranks = Pareto.Ranks(losses);
        List<int> good = [];
        for (var rank = 0; good.Count < count; rank++)
        {
            int[] same = [.. Enumerable.Range(0, ended.Length).Where(i => ranks[i] == rank)];
            var left = count - good.Count;
            good.AddRange(same.Length <= left ? same
                : Hypervolume.Choose([.. same.Select(i => losses[i])], left, Hypervolume.Reference(losses))
                    .Select(i => same[i]));
        }

        good.Sort();
        IReadOnlyList<double>[] points = [.. good.Select(i => losses[i])];
        var added = Hypervolume.Contributions(points, Hypervolume.Reference(points));
        var most = added.Max();
        return ([.. good.Select(i => ended[i])],
            most > 0 ? [.. added.Select(a => Math.Max(a / most, LeastWeight))] : null);
    }

    private static double[] Ramp(int count)
        => [.. Enumerable.Range(0, count).Select(i => i >= count - Recent ? 1
            : count == Recent + 1 ? 1.0 / count
            : (1.0 / count) + (i * (1 - (1.0 / count)) / (count - Recent - 1)))];
}
