namespace MaaS.Core.Generation;

/// <summary>Random numbers of which every seed of 64 bits gives another sequence.</summary>
/// <param name="seed">Any.</param>
/// <remarks>Steele, Lea and Flood 2014: Fast splittable pseudorandom number generators (SplitMix64).</remarks>
internal sealed class SplitMix(long seed)
{
    private ulong _state = unchecked((ulong)seed);

    /// <summary>From 0, below 1, in steps of 2⁻⁵³.</summary>
    public double NextDouble()
    {
        unchecked
        {
            _state += 0x9E3779B97F4A7C15;
            var mixed = _state;
            mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            return ((mixed ^ (mixed >> 31)) >> 11) * (1.0 / (1UL << 53));
        }
    }
}
