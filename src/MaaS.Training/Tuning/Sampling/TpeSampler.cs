using MaaS.Registry.Studies;
using MaaS.Training.Tuning.Sampling.Parzen;
using MaaS.Training.Tuning.Spaces;

namespace MaaS.Training.Tuning.Sampling;

/// <summary>The tree-structured Parzen estimator: draws where good trials are dense and the others are not.</summary>
/// <remarks>
/// Bergstra et al. 2011; all parameters of one condition together, as in BOHB (Falkner, Klein and Hutter 2018); with
/// several objectives, good are the best non-dominated ranks, weighted by what each adds to the hypervolume (MOTPE,
/// Ozaki et al. 2020). Shares, weights and widths are Optuna's. Trials that run count as not good, so that parallel
/// workers do not draw the same, and so do failed ones, which Optuna leaves out: what cannot be tried is tried less. A
/// trial whose worker died or whose exception ended the study is left out, since that says nothing of its parameters.
/// Pruned trials rank behind the complete ones, the further they came the better.
/// </remarks>
public sealed class TpeSampler : ISampler
{
    private readonly TpeOptions _options;

    /// <summary>Makes one.</summary>
    /// <param name="options">How it draws; null for the defaults.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public TpeSampler(TpeOptions? options = null)
    {
        _options = options ?? new TpeOptions();
        _options.Check();
    }

    /// <inheritdoc/>
    public string Name => "tpe";

    /// <inheritdoc/>
    public long? Points(SearchSpace space) => null;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, ParameterValue> Sample(SamplingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var random = context.Random();
        var drawn = new Dictionary<string, ParameterValue>(StringComparer.Ordinal);
        var finished = context.Trials.Count(static t => t.State is TrialState.Complete or TrialState.Pruned);

        // Parameters of one condition have a say in the same trials; those that it depends on stand before.
        foreach (var group in context.Space.Parameters.GroupBy(static p => p.When?.ToString()))
        {
            if (SearchSpace.IsActive(group.First(), drawn))
            {
                DrawGroup([.. group], context, finished, random, drawn);
            }
        }

        return context.Space.Draw((parameter, _) => drawn[parameter.Name]);
    }

    private void DrawGroup(
        Parameter[] group, SamplingContext context, int finished, Random random,
        Dictionary<string, ParameterValue> drawn)
    {
        Parameter[] open = [.. group.Where(static p => !p.IsFixed)];
        var split = TrialSplit.Of(
            [.. context.Trials.Where(t => t.Parameters is { } p && open.All(o => p.ContainsKey(o.Name)))],
            context.Objectives, _options);

        // A branch that few trials took needs at least a trial a parameter and one more (BOHB).
        var needed = group[0].When is null
            ? _options.StartupTrials : Math.Min(_options.StartupTrials, open.Length + 1);
        if (finished < _options.StartupTrials || split.Finished < needed)
        {
            foreach (var parameter in group)
            {
                drawn[parameter.Name] = parameter.FromUnit(random.NextDouble());
            }

            return;
        }

        var good = new ParzenMixture(open, split.Good, split.GoodWeights, _options);
        var others = new ParzenMixture(open, split.Others, split.OtherWeights, _options);
        var best = Enumerable.Range(0, _options.Candidates).Select(_ => good.Sample(random)).ToArray()
            .MaxBy(point => good.LogDensity(point) - others.LogDensity(point))!;
        foreach (var parameter in group)
        {
            var i = Array.IndexOf(open, parameter);
            drawn[parameter.Name] = i < 0 ? parameter.FromUnit(0.5) : Coordinates.Value(parameter, best[i]);
        }
    }
}
