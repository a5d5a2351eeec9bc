using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers;

/// <summary>Token ids to vectors that know their positions, where positions are added (rotary ones are
/// attention's).</summary>
/// <remarks>
/// With sinusoidal positions the vectors are multiplied by √C and start with deviation 1/√C, Vaswani et al. 2017,
/// section 3.4; otherwise they start with deviation 0.02, Devlin et al. 2019.
/// </remarks>
public sealed class TokenEmbedding : Module<Tensor, long, Tensor>
{
    private readonly Embedding tokens;
    private readonly Module<Tensor, long, Tensor>? positions;
    private readonly Dropout dropout;
    private readonly double _scale;

    /// <summary>Fresh weights.</summary>
    /// <param name="vocabulary">Number of tokens, at least 1.</param>
    /// <param name="options">Width, positions, dropout.</param>
    public TokenEmbedding(long vocabulary, TransformerOptions options)
        : base(nameof(TokenEmbedding))
    {
        ArgumentNullException.ThrowIfNull(options);
        ModelCheck.AtLeast(vocabulary, 1, nameof(vocabulary));
        options.Validate();
        tokens = Embedding(vocabulary, options.Width);
        var sinusoidal = options.Positions == PositionKind.Sinusoidal;
        _scale = sinusoidal ? Math.Sqrt(options.Width) : 1;
        init.normal_(tokens.weight!, std: sinusoidal ? 1 / _scale : 0.02);
        positions = options.Positions switch
        {
            PositionKind.Learned => new LearnedPositions(options.Width, options.MaxLength),
            PositionKind.Sinusoidal => new SinusoidalPositions(options.Width, options.MaxLength),
            _ => null,
        };
        dropout = Dropout(options.Dropout);
        RegisterComponents();
    }

    /// <summary>The table of vectors: (vocabulary, C). For output layers that share it.</summary>
    public Parameter Weight => tokens.weight!;

    /// <summary>Vectors of tokens.</summary>
    /// <param name="ids">(B, T), int64.</param>
    /// <param name="first">Position of the first.</param>
    /// <returns>(B, T, C).</returns>
    public override Tensor forward(Tensor ids, long first)
    {
        var x = Vectors(ids);
        return dropout.call(positions is null ? x : positions.call(x, first));
    }

    /// <summary>Vectors of tokens of rows that stand at positions of their own.</summary>
    /// <param name="ids">(B, T), int64.</param>
    /// <param name="at">(B, T), int64, from 0 to below the longest sequence.</param>
    /// <returns>(B, T, C).</returns>
    public Tensor At(Tensor ids, Tensor at)
    {
        var x = Vectors(ids);
        return dropout.call(positions switch
        {
            LearnedPositions learned => learned.At(x, at),
            SinusoidalPositions sinusoidal => sinusoidal.At(x, at),
            _ => x,
        });
    }

    private Tensor Vectors(Tensor ids)
    {
        SequenceCheck.Ids(nameof(TokenEmbedding), ids);
        var x = tokens.call(ids);    // (B, T, C)
        if (_scale != 1)
        {
            x *= _scale;
        }

        return x;
    }
}
