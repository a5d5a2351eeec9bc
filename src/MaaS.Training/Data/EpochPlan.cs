using static TorchSharp.torch;

namespace MaaS.Training.Data;

/// <summary>Which part of which epoch is read, and how.</summary>
/// <param name="Seed">Seed of the run.</param>
/// <param name="Epoch">1 for the first.</param>
/// <param name="BatchSize">Samples of each batch but the last, which may have fewer; of this process alone.</param>
/// <param name="Device">Where the batches are wanted.</param>
/// <param name="Shuffle">Whether the order of the samples is drawn anew from seed and epoch; otherwise it is that of
/// the data.</param>
/// <param name="Skip">Batches of this process that a resumed run has seen already and that are left out.</param>
/// <param name="Rank">Number of this process, 0…<paramref name="Processes"/>−1.</param>
/// <param name="Processes">How many processes share the epoch. All draw the same order; batch b of process r holds the
/// samples from (b·Processes + r)·BatchSize on.</param>
public sealed record EpochPlan(
    int Seed, int Epoch, int BatchSize, Device Device, bool Shuffle = true, long Skip = 0, int Rank = 0,
    int Processes = 1);
