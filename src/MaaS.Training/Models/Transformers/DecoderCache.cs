using static TorchSharp.torch;

namespace MaaS.Training.Models.Transformers;

/// <summary>What one decoder layer keeps between the steps of generation.</summary>
public sealed class DecoderCache : IDisposable
{
    /// <summary>Keys and values of the target so far.</summary>
    public KeyValueCache Target { get; } = new();

    /// <summary>Keys and values of the encoder's output.</summary>
    public KeyValueCache Memory { get; } = new();

    /// <summary>Takes other rows of the batch; each continues one with the same memory, so the memory stays.</summary>
    /// <param name="rows">(B), int64: which row each new one continues.</param>
    public void Reorder(Tensor rows) => Target.Reorder(rows);

    /// <inheritdoc/>
    public void Dispose()
    {
        Target.Dispose();
        Memory.Dispose();
    }
}
