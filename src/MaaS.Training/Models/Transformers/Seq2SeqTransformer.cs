using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers;

/// <summary>Reads one sequence and writes another: encoder, decoder, dense layer over the target vocabulary.</summary>
/// <remarks>Vaswani et al. 2017: Attention is all you need, section 3 and figure 1.</remarks>
public sealed class Seq2SeqTransformer : Module<Tensor, Tensor, Tensor, Tensor>
{
    private readonly TokenEmbedding source;
    private readonly TokenEmbedding target;
    private readonly TransformerEncoder encoder;
    private readonly TransformerDecoder decoder;
    private readonly Linear head;
    private readonly int _layers;

    /// <summary>Fresh weights; random numbers come from torch's default generator.</summary>
    /// <exception cref="ArgumentException">The options do not fit together.</exception>
    public Seq2SeqTransformer(Seq2SeqOptions options)
        : base(nameof(Seq2SeqTransformer))
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Options = options;
        source = new TokenEmbedding(options.SourceVocabulary, options.Layers);
        target = new TokenEmbedding(options.TargetVocabulary, options.Layers);
        encoder = new TransformerEncoder(options.Layers);
        decoder = new TransformerDecoder(options.Layers);
        head = Xavier.Initialize(Linear(options.Layers.Width, options.TargetVocabulary));
        _layers = options.Layers.Layers;
        RegisterComponents();
    }

    /// <summary>What it was made with.</summary>
    public Seq2SeqOptions Options { get; }

    /// <summary>Logits of each next token, for training: the target is the answer shifted right behind a start
    /// token.</summary>
    /// <param name="sourceIds">(B, S), int64.</param>
    /// <param name="sourceMask">(B, S), int64: 1 for tokens, 0 for padding.</param>
    /// <param name="targetIds">(B, T), int64; padding comes last, and the loss should ignore it.</param>
    /// <returns>(B, T, target vocabulary).</returns>
    public override Tensor forward(Tensor sourceIds, Tensor sourceMask, Tensor targetIds)
        => Decode(targetIds, Encode(sourceIds, sourceMask), sourceMask, null);

    /// <summary>The encoder's output.</summary>
    /// <param name="sourceIds">(B, S), int64.</param>
    /// <param name="sourceMask">(B, S), int64: 1 for tokens, 0 for padding.</param>
    /// <returns>(B, S, C).</returns>
    public Tensor Encode(Tensor sourceIds, Tensor sourceMask)
    {
        var x = source.call(sourceIds, 0);
        return encoder.call(x, AttentionMask.Padding(sourceMask, x.dtype), null);
    }

    /// <summary>Logits of each next token.</summary>
    /// <param name="targetIds">(B, T), int64: what comes after the positions in the caches.</param>
    /// <param name="memory">(B, S, C): what <see cref="Encode"/> gave.</param>
    /// <param name="sourceMask">(B, S), int64: 1 for tokens, 0 for padding.</param>
    /// <param name="caches">One for each layer, as <see cref="NewCaches"/> makes them; null to keep nothing.</param>
    /// <returns>(B, T, target vocabulary).</returns>
    public Tensor Decode(Tensor targetIds, Tensor memory, Tensor sourceMask, IReadOnlyList<DecoderCache>? caches)
    {
        ArgumentNullException.ThrowIfNull(targetIds);
        var first = caches is [var cache, ..] ? cache.Target.Length : 0;
        var x = target.call(targetIds, first);                                                   // (B, T, C)
        var length = targetIds.shape[1];
        var causal = AttentionMask.Causal(length, first + length, x.device, type: x.dtype);
        return head.call(decoder.call(x, memory, causal, AttentionMask.Padding(sourceMask, x.dtype), caches));
    }

    /// <summary>Writes the likeliest token again and again, so many times: tensor operators alone, so that the whole
    /// answer exports as one network that takes a source and gives an answer.</summary>
    /// <param name="sourceIds">(B, S), int64.</param>
    /// <param name="sourceMask">(B, S), int64: 1 for tokens, 0 for padding.</param>
    /// <param name="startId">The token that every answer starts after.</param>
    /// <param name="length">Tokens to write, at least 1; what comes after an end token is to be left out.</param>
    /// <returns>(B, <paramref name="length"/>), int64.</returns>
    /// <remarks>Every step reads the whole answer so far: for answers of some dozens of tokens. <see cref="Generate"/>
    /// keeps what it has read.</remarks>
    public Tensor Greedy(Tensor sourceIds, Tensor sourceMask, long startId, int length)
    {
        ArgumentNullException.ThrowIfNull(sourceIds);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        var memory = Encode(sourceIds, sourceMask);                                              // (B, S, C)
        var ids = (sourceIds.narrow(1, 0, 1) * 0) + startId;                                     // (B, 1)
        for (var written = 0; written < length; written++)
        {
            var logits = Decode(ids, memory, sourceMask, null).select(1, written);               // (B, V)
            ids = cat([ids, logits.argmax(-1, keepdim: true)], 1);                               // (B, 2 + written)
        }

        return ids.narrow(1, 1, length);
    }

    /// <summary>Empty caches for one generation; the caller disposes them.</summary>
    public IReadOnlyList<DecoderCache> NewCaches()
        => [.. Enumerable.Range(0, _layers).Select(static _ => new DecoderCache())];

    /// <summary>Writes answers: greedily with one beam, else by beam search. Runs in evaluation mode, without
    /// gradients.</summary>
    /// <param name="sourceIds">(B, S), int64.</param>
    /// <param name="sourceMask">(B, S), int64: 1 for tokens, 0 for padding.</param>
    /// <param name="options">Beams, length, tokens of start and end.</param>
    /// <param name="cancellationToken">Checked before each token.</param>
    /// <returns>For each row its hypotheses, best first, at most as many as beams.</returns>
    /// <exception cref="ArgumentException">The options do not fit the model.</exception>
    public IReadOnlyList<IReadOnlyList<Hypothesis>> Generate(
        Tensor sourceIds, Tensor sourceMask, BeamSearchOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sourceIds);
        ArgumentNullException.ThrowIfNull(sourceMask);
        ArgumentNullException.ThrowIfNull(options);
        var search = new BeamSearch(options, Options.TargetVocabulary);
        var wasTraining = training;
        eval();
        try
        {
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            using var step = new Seq2SeqStep(this, sourceIds, sourceMask, options.Beams);
            return search.Run(sourceIds.shape[0], step.Next, cancellationToken);
        }
        finally
        {
            train(wasTraining);
        }
    }
}
