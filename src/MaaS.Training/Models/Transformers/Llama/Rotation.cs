using static TorchSharp.torch;

namespace MaaS.Training.Models.Transformers.Llama;

/// <summary>How far each position of a batch turns its queries and keys; computed once for all layers.</summary>
/// <param name="Cosine">(B or 1, T, 1, R): R features turn, the pairs (i, i + R/2).</param>
/// <param name="Sine">(B or 1, T, 1, R), negative for the first of each pair.</param>
internal sealed record Rotation(Tensor Cosine, Tensor Sine)
{
    /// <summary>Queries or keys, turned.</summary>
    /// <param name="heads">(B, T, H, D); features from R on stay as they are.</param>
    /// <returns>(B, T, H, D).</returns>
    public Tensor Turn(Tensor heads)
    {
        var (turning, size) = (Cosine.shape[^1], heads.shape[^1]);
        if (turning == size)
        {
            return TurnAll(heads);
        }

        var parts = heads.split([turning, size - turning], -1);
        return cat([TurnAll(parts[0]), parts[1]], -1);
    }

    private Tensor TurnAll(Tensor heads)
    {
        var halves = heads.chunk(2, -1);
        return (heads * Cosine) + (cat([halves[1], halves[0]], -1) * Sine);
    }
}
