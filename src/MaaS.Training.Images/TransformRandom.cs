using MaaS.Training.Data;

namespace MaaS.Training.Images;

/// <summary>Random numbers of one sample in one epoch: the same on every machine, whichever thread draws
/// them.</summary>
/// <param name="seed">Seed of the run.</param>
/// <param name="epoch">1 for the first.</param>
/// <param name="sample">Position of the sample in its data set, below 2⁴⁰.</param>
public sealed class TransformRandom(int seed, int epoch, long sample)
{
    // Negative, so that no sample draws what an epoch's order is drawn from.
    private SeededRandom _random = new(seed, ~(((long)epoch << 40) + sample));

    /// <summary>0 to <paramref name="bound"/>−1.</summary>
    /// <param name="bound">At least 1.</param>
    public int Next(int bound) => _random.Next(bound);

    /// <summary>From <paramref name="low"/> up to <paramref name="high"/>.</summary>
    public double Uniform(double low, double high) => low + ((high - low) * _random.NextDouble());

    /// <summary>True with a probability.</summary>
    /// <param name="probability">0…1.</param>
    public bool Chance(double probability) => _random.NextDouble() < probability;

    /// <summary>A draw of the normal distribution with mean 0 and variance 1 (Box and Muller).</summary>
    public double Normal()
        => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());

    /// <summary>0…count−1 in a random order.</summary>
    public int[] Permutation(int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        for (var i = count - 1; i > 0; i--)
        {
            var j = Next(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }
}
