using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Recurrent;

/// <summary>A class for each sequence of numbers, such as a sensor's: scaling, recurrent layers, pooling, dense
/// layer.</summary>
/// <remarks>Results of a padded batch are those of each sequence alone, as with PyTorch's packed sequences.</remarks>
public sealed class SeriesClassifier : Module<Tensor, Tensor>
{
    private readonly SeriesScale scale;
    private readonly SeriesEncoder encoder;
    private readonly Linear classifier;

    /// <summary>Torch's own initialisation, Xavier-uniform logits; random numbers come from torch's default
    /// generator.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public SeriesClassifier(SeriesClassifierOptions options)
        : base(nameof(SeriesClassifier))
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Options = options;
        scale = new SeriesScale(options.Features);
        encoder = new SeriesEncoder(options);
        classifier = Xavier.Initialize(Linear(encoder.Width, options.Classes));
        RegisterComponents();
    }

    /// <summary>The sizes that it was made with.</summary>
    public SeriesClassifierOptions Options { get; }

    /// <summary>Takes mean and deviation of the numbers out of training data; without it, they are taken as they
    /// are.</summary>
    /// <param name="series">(…, F); neither changed nor disposed.</param>
    public void FitScale(Tensor series) => scale.Fit(series);

    /// <summary>Logits of sequences of one length.</summary>
    /// <param name="input">(B, T, F), float.</param>
    /// <returns>(B, classes).</returns>
    /// <exception cref="ArgumentException">The shape is another.</exception>
    public override Tensor forward(Tensor input) => Classify(input, null);

    /// <summary>Logits of sequences of different lengths.</summary>
    /// <param name="input">(B, T, F), float, padded at the end with anything finite.</param>
    /// <param name="mask">(B, T), int64: 1 at steps, then 0 at padding; null where nothing is padded.</param>
    /// <returns>(B, classes).</returns>
    /// <exception cref="ArgumentException">The shape is another.</exception>
    public Tensor Classify(Tensor input, Tensor? mask)
    {
        SeriesEncoder.Check(nameof(SeriesClassifier), input, Options.Features);
        return classifier.call(encoder.call(scale.call(input), mask ?? SeriesEncoder.Whole(input)));   // (B, classes)
    }
}
