using System.Globalization;
using MaaS.Registry.Studies;
using MaaS.Training.Tuning.Fronts;
using MaaS.Training.Tuning.Pages;
using MaaS.Training.Tuning.Spaces;

namespace MaaS.Training.Tuning;

/// <summary>What a study has come to.</summary>
/// <param name="Name">The study.</param>
/// <param name="Space">The parameters.</param>
/// <param name="Objectives">What is made better.</param>
/// <param name="Trials">All trials by number.</param>
public sealed record StudyResult(
    string Name, SearchSpace Space, IReadOnlyList<Objective> Objectives, IReadOnlyList<TrialRecord> Trials)
{
    /// <summary>The trials that have values.</summary>
    public IReadOnlyList<TrialRecord> Complete => [.. Trials.Where(static t => t.State == TrialState.Complete)];

    /// <summary>The best trial of one objective, of several the best in the first; of equal ones the earliest; null
    /// where none is complete.</summary>
    public TrialRecord? Best => Complete.MinBy(t => Objectives[0].Loss(t.Values![0]));

    /// <summary>The complete trials that no other beats in everything, from the best in the first objective
    /// on.</summary>
    public IReadOnlyList<TrialRecord> Front
    {
        get
        {
            var complete = Complete;
            IReadOnlyList<double>[] losses = [.. complete.Select(Losses)];
            return [.. complete.Where((_, i) => !Array.Exists(losses, l => Pareto.Dominates(l, losses[i])))
                .OrderBy(t => Losses(t)[0])];
        }
    }

    /// <summary>Trials that ended after the best one, or after the newest point of the front; one that is equal to an
    /// earlier one is no improvement.</summary>
    public int TrialsSinceImprovement
    {
        get
        {
            var best = Best;
            var better = Objectives.Count == 1 ? Complete.Where(t => t.Values![0] == best!.Values![0]) : Front;
            TrialRecord[] ordered = [.. better.OrderBy(static t => t.Ended).ThenBy(static t => t.Number)];
            var newest = ordered
                .Where((t, i) => !ordered.Take(i).Any(earlier => earlier.Values!.SequenceEqual(t.Values!)))
                .Select(static t => (t.Ended, t.Number)).LastOrDefault((null, -1));
            return Trials.Count(
                t => t.IsOver && !t.IsTakenOver
                    && Comparer<(DateTimeOffset?, long)>.Default.Compare((t.Ended, t.Number), newest) > 0);
        }
    }

    /// <summary>How many trials there are, and the best one.</summary>
    public string Summary
    {
        get
        {
            var counts = string.Join(", ", Trials.GroupBy(static t => t.State).OrderBy(static g => g.Key)
                .Select(static g => $"{g.Count()} {g.Key.ToString().ToLowerInvariant()}"));
            var found = Best is not { } best ? "no trial is complete yet"
                : Objectives.Count > 1 ? $"{Front.Count} trials are on the front of {string.Join(" and ", Objectives)}"
                : $"trial {best.Number} has the best {Objectives[0].Name}, "
                    + string.Create(CultureInfo.InvariantCulture, $"{best.Values![0]:g6}");
            return $"{Trials.Count} trials ({counts}): {found}.";
        }
    }

    /// <summary>A page in one file: history, front, importance of parameters, parallel coordinates, the best
    /// trials.</summary>
    /// <param name="command">The command line that trains with the best parameters; null for none.</param>
    public string ToHtml(string? command = null) => StudyPage.Render(this, command);

    /// <summary>Everything as JSON, names in snake_case.</summary>
    public string ToJson() => StudyResultJson.Write(this);

    /// <summary>The trials that a pruner stopped after a report.</summary>
    internal IEnumerable<TrialRecord> Stopped
        => Trials.Where(static t => t.State == TrialState.Pruned && t.Reports.Count > 0);

    /// <summary>The values of a complete trial so that lower is better.</summary>
    internal IReadOnlyList<double> Losses(TrialRecord trial)
        => [.. trial.Values!.Select((v, i) => Objectives[i].Loss(v))];
}
