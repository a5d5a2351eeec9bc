using MaaS.Registry.Studies;
using MaaS.Training.Tuning.Spaces;

namespace MaaS.Training.Tuning.Sampling;

/// <summary>Draws the points of a scrambled Sobol sequence, which fill the space more evenly than random
/// ones.</summary>
/// <remarks>One dimension a parameter; best with 2, 4, 8, 16 … trials.</remarks>
public sealed class SobolSampler : ISampler
{
    /// <inheritdoc/>
    public string Name => "sobol";

    /// <inheritdoc/>
    /// <remarks>Null: the sequence ends after 2^30 points, which is no limit of a study.</remarks>
    public long? Points(SearchSpace space) => null;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, ParameterValue> Sample(SamplingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var point = new SobolSequence(Math.Max(1, context.Space.Parameters.Count), context.Seed).Point(context.Draw);
        return context.Space.Draw((parameter, i) => parameter.FromUnit(point[i]));
    }
}
