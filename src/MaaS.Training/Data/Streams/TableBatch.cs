using static TorchSharp.torch;

namespace MaaS.Training.Data.Streams;

/// <summary>Rows as tensors; what no column was named for is null.</summary>
/// <param name="Numbers">(B, columns), float32.</param>
/// <param name="Tokens">(B, longest text), int64.</param>
/// <param name="Mask">(B, longest text), int64: 1 at tokens, 0 at padding.</param>
/// <param name="Labels">(B), int64.</param>
/// <param name="Targets">(B, columns), float32.</param>
public sealed record TableBatch(Tensor? Numbers, Tensor? Tokens, Tensor? Mask, Tensor? Labels, Tensor? Targets)
    : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in new[] { Numbers, Tokens, Mask, Labels, Targets })
        {
            tensor?.Dispose();
        }
    }
}
