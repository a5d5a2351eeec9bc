using MaaS.Training.Data;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Loop;

/// <summary>Seeds torch's generators, of the CPU and of CUDA, before each batch: what a batch draws (dropout, mixing)
/// depends on the run's seed and the batch's place alone, so that a resumed run draws the same without any generator's
/// state, which TorchSharp cannot read of CUDA's.</summary>
internal static class StepSeed
{
    // Streams of SeededRandom below this are shuffles and augmentation.
    private const long First = 1L << 62;

    /// <summary>Before a training batch.</summary>
    public static void Set(int seed, int epoch, long batch, int rank)
    {
        var random = new SeededRandom(seed, First + ((long)epoch << 40) + (batch << 12) + rank);
        using var generator = manual_seed((long)(random.NextUInt64() >> 1));
    }
}
