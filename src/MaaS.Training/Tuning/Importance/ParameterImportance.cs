using MaaS.Registry.Studies;
using MaaS.Training.Tuning.Spaces;

namespace MaaS.Training.Tuning.Importance;

/// <summary>How much of the difference between trials each parameter explains by itself.</summary>
/// <remarks>
/// Functional ANOVA (Hutter, Hoos and Leyton-Brown 2014): a forest of random regression trees learns the value from the
/// parameters on their scales; of each tree's variance over the whole space, the share of a parameter's main effect is
/// exact. The rest is interactions. A parameter that has no say in a trial counts as at the middle of its scale there.
/// </remarks>
public static class ParameterImportance
{
    private const int Trees = 64;

    /// <summary>Fewest complete trials that anything is said of.</summary>
    public const int FewestTrials = 8;

    /// <summary>The shares of the parameters, from the greatest on, 0 to 1; they add up to at most 1.</summary>
    /// <param name="result">A study.</param>
    /// <param name="objective">Index of the objective that is explained.</param>
    /// <returns>Empty with fewer than <see cref="FewestTrials"/> complete trials, or where all values are
    /// equal.</returns>
    public static IReadOnlyList<(string Parameter, double Share)> Of(StudyResult result, int objective = 0)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(objective, result.Objectives.Count);
        Parameter[] open = [.. result.Space.Parameters.Where(static p => !p.IsFixed)];
        var trials = result.Complete;
        if (trials.Count < FewestTrials || open.Length == 0)
        {
            return [];
        }

        double[][] points = [.. trials.Select(t => Point(open, t))];
        double[] values = [.. trials.Select(t => t.Values![objective])];
        var random = new Random(1);
        double[] sums = new double[open.Length];
        var grown = 0;
        for (var i = 0; i < Trees; i++)
        {
            var (total, effects) = RegressionTree.Grow(points, values, random).Effects();
            if (total <= 0)
            {
                continue;   // A sample of equal values explains nothing.
            }

            grown++;
            for (var p = 0; p < sums.Length; p++)
            {
                sums[p] += effects[p] / total;
            }
        }

        return grown == 0 ? []
            : [.. open.Select((p, i) => (p.Name, Share: sums[i] / grown)).OrderByDescending(static p => p.Share)];
    }

    private static double[] Point(Parameter[] parameters, TrialRecord trial) => Array.ConvertAll(
        parameters, p => trial.Parameters!.TryGetValue(p.Name, out var value) ? p.ToUnit(value) : 0.5);
}
