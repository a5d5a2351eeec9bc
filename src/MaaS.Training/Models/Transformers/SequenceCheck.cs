using static TorchSharp.torch;

namespace MaaS.Training.Models.Transformers;

/// <summary>Checks of the sequences that models are given.</summary>
internal static class SequenceCheck
{
    /// <exception cref="ArgumentException">There are more positions than the model has.</exception>
    public static void AtMost(string module, long positions, long most)
    {
        if (positions > most)
        {
            throw new ArgumentException(
                $"{module}: expected at most {most} positions, got {positions}; truncate, or make the model with a "
                    + "larger MaxLength.");
        }
    }

    /// <exception cref="ArgumentException">The ids are no batch of sequences, or these are empty.</exception>
    public static void Ids(string module, Tensor ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        if (ids.dim() != 2 || ids.shape[1] == 0)
        {
            throw new ArgumentException(
                $"{module}: expected ids (B,T) of at least one position, got ({string.Join(",", ids.shape)}).",
                nameof(ids));
        }
    }
}
