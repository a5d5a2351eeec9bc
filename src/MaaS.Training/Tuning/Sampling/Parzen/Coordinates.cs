using MaaS.Registry.Studies;
using MaaS.Training.Tuning.Spaces;

namespace MaaS.Training.Tuning.Sampling.Parzen;

/// <summary>Values as numbers: numbers themselves, and the indices of choices.</summary>
internal static class Coordinates
{
    public static double Of(Parameter parameter, ParameterValue value)
        => parameter is CategoricalParameter choices ? choices.IndexOf(value) : value.Number;

    public static ParameterValue Value(Parameter parameter, double coordinate)
        => parameter is CategoricalParameter choices ? choices.Choices[(int)coordinate] : coordinate;
}
