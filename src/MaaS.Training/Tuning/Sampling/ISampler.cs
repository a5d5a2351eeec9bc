using MaaS.Registry.Studies;
using MaaS.Training.Tuning.Spaces;

namespace MaaS.Training.Tuning.Sampling;

/// <summary>Draws the parameters of trials.</summary>
/// <remarks>It has no state of its own: what it draws follows from the space, the trials so far and the seed, so that
/// many processes may draw for one study, and a run may be repeated.</remarks>
public interface ISampler
{
    /// <summary>Its name, as <c>tpe</c>.</summary>
    string Name { get; }

    /// <summary>How many trials it can draw of a space, which ends a study without another limit; null for more than
    /// anybody runs.</summary>
    long? Points(SearchSpace space);

    /// <summary>Draws a trial.</summary>
    /// <returns>A value for each parameter that has a say.</returns>
    IReadOnlyDictionary<string, ParameterValue> Sample(SamplingContext context);
}
