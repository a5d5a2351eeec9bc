using System.Numerics.Tensors;

namespace MaaS.Core.Generation.Adapters;

/// <summary>What an adapter adds to one layer: x A B.</summary>
internal sealed class AdapterLayer
{
    /// <summary>Checks the sizes.</summary>
    /// <param name="owner">What errors call it.</param>
    /// <param name="down">A, (in, r).</param>
    /// <param name="up">B, (r, out).</param>
    /// <param name="rank">r.</param>
    /// <exception cref="ArgumentException">They do not fit, or a number is not finite.</exception>
    public AdapterLayer(string owner, float[] down, float[] up, int rank)
    {
        if (rank < 1 || down.Length == 0 || up.Length == 0 || down.Length % rank != 0 || up.Length % rank != 0)
        {
            throw new ArgumentException(
                $"{owner}: expected matrices (in, {rank}) and ({rank}, out), got {down.Length} and {up.Length} "
                    + $"numbers.");
        }

        if (!TensorPrimitives.IsFiniteAll<float>(down) || !TensorPrimitives.IsFiniteAll<float>(up))
        {
            throw new ArgumentException($"{owner}: expected finite numbers, got one that is not.");
        }

        (Down, Up, Rank) = (down, up, rank);
    }

    public float[] Down { get; }

    public float[] Up { get; }

    public int Rank { get; }

    public int In => Down.Length / Rank;

    public int Out => Up.Length / Rank;
}
