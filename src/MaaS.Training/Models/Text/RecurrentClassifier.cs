using MaaS.Training.Models.Recurrent;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Text;

/// <summary>A text classifier: embedding, recurrent layers, pooling over the tokens, dense layer.</summary>
/// <remarks>Results of a padded batch are those of each sequence alone, as with PyTorch's packed sequences. A text
/// without tokens is pooled to zeros, so its logits are the bias.</remarks>
public sealed class RecurrentClassifier : Module<Tensor, Tensor, Tensor>
{
    private readonly Embedding embedding;
    private readonly ModuleList<RecurrentLayer> layers;
    private readonly Dropout dropout;
    private readonly Linear classifier;
    private readonly SequencePooling _pooling;
    private readonly long _hidden;

    /// <summary>Torch's own initialisation, Xavier-uniform logits; random numbers come from torch's default
    /// generator.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public RecurrentClassifier(RecurrentClassifierOptions options)
        : base(nameof(RecurrentClassifier))
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Options = options;
        var outputs = options.Bidirectional ? 2 * options.Hidden : options.Hidden;
        embedding = Embedding(options.Vocabulary, options.Embedding);
        layers = ModuleList<RecurrentLayer>([.. Enumerable.Range(0, (int)options.Layers)
            .Select(
                i => new RecurrentLayer(
                    options.Kind, i == 0 ? options.Embedding : outputs, options.Hidden, options.Bidirectional))]);
        dropout = Dropout(options.Dropout);
        classifier = Xavier.Initialize(Linear(outputs, options.Classes));
        (_pooling, _hidden) = (options.Pooling, options.Hidden);
        RegisterComponents();
    }

    /// <summary>The sizes that it was made with.</summary>
    public RecurrentClassifierOptions Options { get; }

    /// <summary>Logits of a batch.</summary>
    /// <param name="inputIds">(B, T), int64: token ids, padded at the end with any valid id.</param>
    /// <param name="attentionMask">(B, T), int64: 1 at tokens, then 0 at padding.</param>
    /// <returns>(B, classes).</returns>
    public override Tensor forward(Tensor inputIds, Tensor attentionMask)
    {
        var batch = new PaddedBatch(attentionMask);
        var x = embedding.call(inputIds);                            // (B, T, E)
        foreach (var layer in layers)
        {
            x = layer.call(dropout.call(x), attentionMask);          // (B, T, H·directions)
        }

        var pooled = batch.Pool(x, _pooling, _hidden);               // (B, H·directions)
        return classifier.call(dropout.call(pooled));                // (B, classes)
    }
}
