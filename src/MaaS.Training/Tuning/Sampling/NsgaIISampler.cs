using MaaS.Registry.Studies;
using MaaS.Training.Tuning.Fronts;
using MaaS.Training.Tuning.Spaces;

namespace MaaS.Training.Tuning.Sampling;

/// <summary>The non-dominated sorting genetic algorithm: children of the trials that no others beat in everything and
/// that have the most room around them.</summary>
/// <remarks>
/// Deb, Pratap, Agarwal and Meyarivan, NSGA-II, 2002: numbers by simulated binary crossover and polynomial mutation on
/// the scale of their parameter; choices come from one of the parents, and a mutation draws them anew. The
/// generations follow from the complete trials in the order of their numbers, so that workers that share a study need
/// no other state; failed and pruned trials have no children.
/// </remarks>
public sealed class NsgaIISampler : ISampler
{
    private readonly NsgaIIOptions _options;

    /// <summary>Makes one.</summary>
    /// <param name="options">How it draws; null for the defaults.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public NsgaIISampler(NsgaIIOptions? options = null)
    {
        _options = options ?? new NsgaIIOptions();
        _options.Check();
    }

    /// <inheritdoc/>
    public string Name => "nsga2";

    /// <inheritdoc/>
    public long? Points(SearchSpace space) => null;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, ParameterValue> Sample(SamplingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var random = context.Random();
        var parents = Parents(context);
        if (parents.Count == 0)
        {
            return context.Space.Draw((parameter, _) => parameter.FromUnit(random.NextDouble()));
        }

        var first = Tournament(parents, random);
        var second = random.NextDouble() < _options.CrossoverShare ? Tournament(parents, random) : first;
        var mutation = _options.MutationShare ?? 1.0 / Math.Max(1, context.Space.Parameters.Count);
        return context.Space.Draw((parameter, _) =>
        {
            var value = Cross(parameter, first, second, random);
            return random.NextDouble() < mutation ? Mutate(parameter, value, random) : value;
        });
    }

    // The parents of the next generation, the best first; none before there is a whole generation.
    private List<TrialRecord> Parents(SamplingContext context)
    {
        TrialRecord[] complete =
            [.. context.Trials.Where(static t => t.State == TrialState.Complete).OrderBy(static t => t.Number)];
        List<TrialRecord> parents = [];
        foreach (var generation in complete.Chunk(_options.Population).Where(g => g.Length == _options.Population))
        {
            parents = Fittest([.. parents, .. generation], context.Objectives);
        }

        return parents;
    }

    // By rank, and within a rank those with the most room first.
    private List<TrialRecord> Fittest(List<TrialRecord> trials, IReadOnlyList<Objective> objectives)
    {
        IReadOnlyList<double>[] losses =
            [.. trials.Select(t => (IReadOnlyList<double>)[.. t.Values!.Select((v, i) => objectives[i].Loss(v))])];
        return
        [
            .. Pareto.Ranks(losses).Index().GroupBy(static r => r.Item, static r => r.Index)
                .OrderBy(static front => front.Key).SelectMany(front =>
                {
                    int[] members = [.. front];
                    var distances = Crowding.Distances([.. members.Select(i => losses[i])]);
                    return members.Zip(distances).OrderByDescending(static m => m.Second)
                        .Select(m => trials[m.First]);
                }).Take(_options.Population),
        ];
    }

    private static TrialRecord Tournament(List<TrialRecord> parents, Random random)
        => parents[Math.Min(random.Next(parents.Count), random.Next(parents.Count))];

    // A parameter that has no say in one parent comes from the other, and is drawn where it has none in both.
    private ParameterValue Cross(Parameter parameter, TrialRecord first, TrialRecord second, Random random)
    {
        var hasFirst = first.Parameters!.TryGetValue(parameter.Name, out var one);
        var hasSecond = second.Parameters!.TryGetValue(parameter.Name, out var two);
        return (hasFirst, hasSecond) switch
        {
            (false, false) => parameter.FromUnit(random.NextDouble()),
            (true, false) => one,
            (false, true) => two,
            _ when one == two => one,
            _ when parameter is CategoricalParameter => random.NextDouble() < _options.SwapShare ? two : one,
            _ => parameter.FromUnit(Blend(parameter.ToUnit(one), parameter.ToUnit(two), random)),
        };
    }

    // One of the two children of simulated binary crossover, which lie evenly around the parents.
    private double Blend(double one, double two, Random random)
    {
        var drawn = random.NextDouble();
        var spread = Math.Pow(
            drawn <= 0.5 ? 2 * drawn : 1 / (2 * (1 - drawn)), 1 / (_options.CrossoverNearness + 1));
        var side = random.NextDouble() < 0.5 ? spread : -spread;
        return Math.Clamp((one + two + (side * (one - two))) / 2, 0, 1);
    }

    private ParameterValue Mutate(Parameter parameter, ParameterValue value, Random random)
    {
        var drawn = random.NextDouble();
        if (parameter is CategoricalParameter)
        {
            return parameter.FromUnit(drawn);
        }

        // Down to the low end with half of the chances and up to the high end with the others.
        var (place, power) = (parameter.ToUnit(value), _options.MutationNearness + 1);
        var step = drawn < 0.5
            ? Math.Pow((2 * drawn) + ((1 - (2 * drawn)) * Math.Pow(1 - place, power)), 1 / power) - 1
            : 1 - Math.Pow((2 * (1 - drawn)) + ((2 * drawn) - 1) * Math.Pow(place, power), 1 / power);
        return parameter.FromUnit(Math.Clamp(place + step, 0, 1));
    }
}
