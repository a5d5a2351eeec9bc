using MaaS.Registry.Studies;
using MaaS.Training.Tuning.Spaces;

namespace MaaS.Training.Tuning.Sampling;

/// <summary>What a sampler draws from.</summary>
/// <param name="Space">The parameters.</param>
/// <param name="Objectives">What is made better.</param>
/// <param name="Trials">The trials so far, those that run among them.</param>
/// <param name="Draw">How many trials were drawn before, 0 for the first; those that were given do not count.</param>
/// <param name="Seed">Of the study.</param>
public sealed record SamplingContext(
    SearchSpace Space, IReadOnlyList<Objective> Objectives, IReadOnlyList<TrialRecord> Trials, long Draw, int Seed)
{
    /// <summary>Random numbers of this draw alone: the same for the same seed, whoever draws.</summary>
    public Random Random() => new(Mix(Seed, Draw));

    // SplitMix64 (Steele, Lea, Flood 2014): neighbouring seeds and draws give numbers that have nothing in common.
    internal static int Mix(long seed, long draw)
    {
        var z = unchecked((ulong)seed * 0xD1342543DE82EF95 + (ulong)draw * 0x9E3779B97F4A7C15 + 0x9E3779B97F4A7C15);
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
        return unchecked((int)(z ^ (z >> 31)) & int.MaxValue);
    }
}
