namespace MaaS.Training.Tuning.Sampling.Parzen;

/// <summary>Kernels of choices: a trial's own choice, and a little of all.</summary>
internal sealed class ChoiceKernels : IKernels
{
    private readonly double[][] _shares;

    /// <summary>Makes the kernels.</summary>
    /// <param name="choices">How many there are.</param>
    /// <param name="values">Of the trials.</param>
    /// <param name="priorWeight">See <see cref="TpeOptions.PriorWeight"/>.</param>
    public ChoiceKernels(int choices, IReadOnlyList<double> values, double priorWeight)
    {
        var even = priorWeight / (values.Count + 1);
        _shares = [.. values.Append(-1).Select(chosen =>
        {
            double[] weights = [.. Enumerable.Range(0, choices).Select(c => even + (c == chosen ? 1 : 0))];
            var sum = weights.Sum();
            return Array.ConvertAll(weights, w => w / sum);
        })];
    }

    public double Sample(int kernel, Random random)
        => Draws.Index(_shares[kernel], random);

    public double LogDensity(int kernel, double coordinate) => Math.Log(_shares[kernel][(int)coordinate]);
}
