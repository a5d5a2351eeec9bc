using MaaS.Registry.Studies;
using MaaS.Training.Tuning.Spaces;

namespace MaaS.Training.Tuning.Sampling;

/// <summary>Tries every combination, the last parameter changing first.</summary>
public sealed class GridSampler : ISampler
{
    private const int MostPoints = 1_000_000;

    private readonly int _points;
    private (SearchSpace Space, long Count)? _counted;

    /// <summary>Makes one.</summary>
    /// <param name="points">Values of each number that has more, at least 1; choices are all tried.</param>
    public GridSampler(int points = 5)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(points, 1);
        _points = points;
    }

    /// <inheritdoc/>
    public string Name => "grid";

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The grid has more than a million points.</exception>
    public long? Points(SearchSpace space)
    {
        if (_counted is { } known && ReferenceEquals(known.Space, space))
        {
            return known.Count;
        }

        var count = Combinations(space, 0, []).Take(MostPoints + 1).LongCount();
        if (count > MostPoints)
        {
            throw new ArgumentException(
                $"grid: expected at most {MostPoints} combinations, got more; take fewer values of each number, or "
                    + "steps.", nameof(space));
        }

        _counted = (space, count);
        return count;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">All points were drawn.</exception>
    public IReadOnlyDictionary<string, ParameterValue> Sample(SamplingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var point = Combinations(context.Space, 0, []).Skip((int)context.Draw).FirstOrDefault()
            ?? throw new InvalidOperationException(
                $"grid: expected one of its {Points(context.Space)} points, got draw {context.Draw + 1}.");
        return context.Space.Draw((parameter, _) => point[parameter.Name]);
    }

    private IEnumerable<Dictionary<string, ParameterValue>> Combinations(
        SearchSpace space, int first, Dictionary<string, ParameterValue> values)
    {
        if (first == space.Parameters.Count)
        {
            return [new Dictionary<string, ParameterValue>(values)];
        }

        var parameter = space.Parameters[first];
        return SearchSpace.IsActive(parameter, values)
            ? parameter.Grid(_points).SelectMany(
                value => Combinations(space, first + 1, new(values) { [parameter.Name] = value }))
            : Combinations(space, first + 1, values);
    }
}
