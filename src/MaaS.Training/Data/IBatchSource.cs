using static TorchSharp.torch;

namespace MaaS.Training.Data;

/// <summary>Samples that are fetched a whole batch at a time.</summary>
public interface IBatchSource
{
    /// <summary>Number of samples.</summary>
    long Count { get; }

    /// <summary>Shape of one input, without the batch axis.</summary>
    IReadOnlyList<long> InputShape { get; }

    /// <summary>Class names in the order of the labels' values.</summary>
    IReadOnlyList<string> Classes { get; }

    /// <summary>The samples at the given positions, ready for a model.</summary>
    /// <param name="indices">(B), int64, on the CPU, each in 0…<see cref="Count"/>−1.</param>
    /// <param name="device">Where the batch is wanted.</param>
    /// <returns>Inputs (B, <see cref="InputShape"/>), float32 (token ids: int64, perhaps shorter), and targets (B),
    /// int64; the caller owns both.</returns>
    /// <remarks>Safe to call from several threads at once.</remarks>
    (Tensor Inputs, Tensor Targets) GetBatch(Tensor indices, Device device);
}
