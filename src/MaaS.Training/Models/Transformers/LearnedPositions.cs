using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers;

/// <summary>Adds a learned vector for each position.</summary>
/// <remarks>Gehring et al. 2017: Convolutional sequence to sequence learning, section 3.1; as in BERT and
/// GPT.</remarks>
public sealed class LearnedPositions : Module<Tensor, long, Tensor>
{
    private readonly Embedding positions;

    /// <summary>Normal values of deviation 0.02 (Devlin et al. 2019).</summary>
    /// <param name="width">Features C, at least 1.</param>
    /// <param name="maxLength">Positions, at least 1.</param>
    public LearnedPositions(long width, long maxLength)
        : base(nameof(LearnedPositions))
    {
        ModelCheck.AtLeast(width, 1, nameof(width));
        ModelCheck.AtLeast(maxLength, 1, nameof(maxLength));
        positions = Embedding(maxLength, width);
        init.normal_(positions.weight!, std: 0.02);
        RegisterComponents();
    }

    /// <summary>Tokens with their positions.</summary>
    /// <param name="input">(B, T, C).</param>
    /// <param name="first">Position of the first.</param>
    /// <returns>(B, T, C).</returns>
    public override Tensor forward(Tensor input, long first)
    {
        var length = input.shape[1];
        SequenceCheck.AtMost(nameof(LearnedPositions), first + length, positions.weight!.shape[0]);
        return input + positions.weight!.narrow(0, first, length);
    }

    /// <summary>Tokens of rows that stand at positions of their own, with these.</summary>
    /// <param name="input">(B, T, C).</param>
    /// <param name="at">(B, T), int64, from 0 to below the longest sequence.</param>
    /// <returns>(B, T, C).</returns>
    public Tensor At(Tensor input, Tensor at)
    {
        ArgumentNullException.ThrowIfNull(input);
        return input + positions.call(at);
    }
}
