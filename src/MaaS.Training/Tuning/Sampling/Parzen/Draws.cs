namespace MaaS.Training.Tuning.Sampling.Parzen;

/// <summary>Draws by shares.</summary>
internal static class Draws
{
    /// <summary>An index, as likely as its share.</summary>
    /// <param name="shares">With a sum of 1.</param>
    /// <param name="random">Draws.</param>
    public static int Index(IReadOnlyList<double> shares, Random random)
    {
        var left = random.NextDouble();
        for (var i = 0; i < shares.Count - 1; i++)
        {
            left -= shares[i];
            if (left < 0)
            {
                return i;
            }
        }

        return shares.Count - 1;
    }
}
