namespace MaaS.Training.Data;

/// <summary>Random numbers that are the same on every machine, runtime and torch backend.</summary>
/// <remarks>
/// SplitMix64 (Steele, Lea, Flood 2014). Streams of one seed are independent, so that an epoch's shuffle depends on
/// the seed and the epoch alone, and a resumed run draws what the uninterrupted one would have drawn.
/// </remarks>
internal struct SeededRandom
{
    private ulong _state;

    public SeededRandom(int seed, long stream)
    {
        _state = Mix((ulong)(uint)seed + 0x9E3779B97F4A7C15) ^ Mix((ulong)stream + 0xD1B54A32D192ED03);
    }

    public ulong NextUInt64() => Mix(_state += 0x9E3779B97F4A7C15);

    /// <summary>0 to <paramref name="bound"/>−1 (Lemire's multiplication; the bias is below 2⁻³² for the sizes used
    /// here).</summary>
    public int Next(int bound) => (int)Math.BigMul(NextUInt64(), (ulong)bound, out _);

    /// <summary>0 inclusive to 1 exclusive, of 53 bits.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1L << 53));

    public void Shuffle(Span<long> values)
    {
        for (var i = values.Length - 1; i > 0; i--)
        {
            var j = Next(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
