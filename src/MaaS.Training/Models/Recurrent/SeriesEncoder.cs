using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Recurrent;

/// <summary>Sequences of numbers to vectors: recurrent layers and pooling.</summary>
internal sealed class SeriesEncoder : Module<Tensor, Tensor, Tensor>
{
    private readonly ModuleList<RecurrentLayer> layers;
    private readonly Dropout dropout;
    private readonly SeriesOptions _options;

    public SeriesEncoder(SeriesOptions options)
        : base(nameof(SeriesEncoder))
    {
        _options = options;
        Width = options.Bidirectional ? 2 * options.Hidden : options.Hidden;
        layers = ModuleList<RecurrentLayer>([.. Enumerable.Range(0, (int)options.Layers).Select(i => new RecurrentLayer(
            options.Kind, i == 0 ? options.Features : Width, options.Hidden, options.Bidirectional))]);
        dropout = Dropout(options.Dropout);
        RegisterComponents();
    }

    /// <summary>Size of the vector.</summary>
    public long Width { get; }

    /// <param name="x">(B, T, F).</param>
    /// <param name="mask">(B, T), int64: ones, then zeros.</param>
    /// <returns>(B, <see cref="Width"/>).</returns>
    public override Tensor forward(Tensor x, Tensor mask)
    {
        for (var i = 0; i < layers.Count; i++)
        {
            x = layers[i].call(i == 0 ? x : dropout.call(x), mask);            // (B, T, W)
        }

        return dropout.call(new PaddedBatch(mask).Pool(x, _options.Pooling, _options.Hidden));   // (B, W)
    }

    /// <summary>A mask of sequences that are as long as they look: (B, T), int64.</summary>
    /// <param name="x">(B, T, F).</param>
    public static Tensor Whole(Tensor x) => ones_like(x.select(2, 0)).to(ScalarType.Int64);

    /// <exception cref="ArgumentException">It is no batch of sequences of so many numbers.</exception>
    public static void Check(string module, Tensor x, long features)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.dim() != 3 || x.shape[1] == 0 || x.shape[2] != features)
        {
            throw new ArgumentException(
                $"{module}: expected sequences (B,T,{features}) of at least one step, got "
                    + $"({string.Join(",", x.shape)}).",
                nameof(x));
        }
    }
}
