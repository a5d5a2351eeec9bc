using MaaS.Registry.Studies;
using MaaS.Training.Tuning.Spaces;

namespace MaaS.Training.Tuning.Sampling;

/// <summary>Draws every parameter evenly from its scale.</summary>
/// <remarks>Bergstra and Bengio 2012.</remarks>
public sealed class RandomSampler : ISampler
{
    /// <inheritdoc/>
    public string Name => "random";

    /// <inheritdoc/>
    public long? Points(SearchSpace space) => null;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, ParameterValue> Sample(SamplingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var random = context.Random();
        return context.Space.Draw((parameter, _) => parameter.FromUnit(random.NextDouble()));
    }
}
