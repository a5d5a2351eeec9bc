using MaaS.Registry.Studies;
using MaaS.Training.Tuning.Spaces;

namespace MaaS.Training.Tuning.Sampling.Parzen;

/// <summary>A density of several parameters together: around each trial a product of kernels, and the even distribution
/// beside them.</summary>
internal sealed class ParzenMixture
{
    private readonly IKernels[] _parameters;
    private readonly double[] _weights;

    /// <summary>Makes the density.</summary>
    /// <param name="parameters">What it is of.</param>
    /// <param name="trials">With values of all of them.</param>
    /// <param name="weights">One a trial.</param>
    /// <param name="options">Widths and the weight of the even distribution.</param>
    public ParzenMixture(
        IReadOnlyList<Parameter> parameters, IReadOnlyList<TrialRecord> trials, IReadOnlyList<double> weights,
        TpeOptions options)
    {
        _parameters = [.. parameters.Select(parameter =>
        {
            double[] values = [.. trials.Select(t => Coordinates.Of(parameter, t.Parameters![parameter.Name]))];
            return (IKernels)(parameter switch
            {
                FloatParameter f => new NumberKernels(f.Scale, values, parameters.Count, options.MagicClip),
                IntParameter i => new NumberKernels(i.Scale, values, parameters.Count, options.MagicClip),
                CategoricalParameter c => new ChoiceKernels(c.Choices.Count, values, options.PriorWeight),
                _ => throw new ArgumentException($"tpe: expected a kind of parameter that is known, got {parameter}."),
            });
        })];
        var sum = weights.Sum() + options.PriorWeight;
        _weights = [.. weights.Append(options.PriorWeight).Select(w => w / sum)];
    }

    /// <summary>Draws a point, a coordinate a parameter.</summary>
    public double[] Sample(Random random)
    {
        var kernel = Draws.Index(_weights, random);
        return Array.ConvertAll(_parameters, p => p.Sample(kernel, random));
    }

    /// <summary>The logarithm of the density at a point.</summary>
    public double LogDensity(double[] point)
    {
        var logs = new double[_weights.Length];
        for (var k = 0; k < logs.Length; k++)
        {
            logs[k] = Math.Log(_weights[k]);
            for (var i = 0; i < point.Length; i++)
            {
                logs[k] += _parameters[i].LogDensity(k, point[i]);
            }
        }

        var most = logs.Max();
        return most + Math.Log(logs.Sum(l => Math.Exp(l - most)));
    }
}
