using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Recurrent;

/// <summary>Foretells the next steps of a sequence of numbers, all at once: scaling, recurrent layers, dense
/// layer.</summary>
public sealed class SeriesForecaster : Module<Tensor, Tensor>
{
    private readonly SeriesScale scale;
    private readonly SeriesEncoder encoder;
    private readonly Linear head;

    /// <summary>Torch's own initialisation; random numbers come from torch's default generator.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public SeriesForecaster(SeriesForecasterOptions options)
        : base(nameof(SeriesForecaster))
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Options = options;
        scale = new SeriesScale(options.Features);
        encoder = new SeriesEncoder(options);
        head = Linear(encoder.Width, options.Horizon * options.Targets);
        RegisterComponents();
    }

    /// <summary>The sizes that it was made with.</summary>
    public SeriesForecasterOptions Options { get; }

    /// <summary>Takes mean and deviation of the numbers out of training data; without it, they are taken as they
    /// are.</summary>
    /// <param name="series">(…, F); neither changed nor disposed.</param>
    public void FitScale(Tensor series) => scale.Fit(series);

    /// <summary>The next steps.</summary>
    /// <param name="input">(B, T, F), float, as measured.</param>
    /// <returns>(B, horizon, targets), as measured.</returns>
    /// <exception cref="ArgumentException">The shape is another.</exception>
    public override Tensor forward(Tensor input)
    {
        SeriesEncoder.Check(nameof(SeriesForecaster), input, Options.Features);
        var x = scale.call(input);                                                                // (B, T, F)
        var steps = head.call(encoder.call(x, SeriesEncoder.Whole(x)))
            .unflatten(1, Options.Horizon, Options.Targets);                                      // (B, H, K)
        if (Options.FromLast)
        {
            steps += x.select(1, -1).narrow(1, 0, Options.Targets).unsqueeze(1);
        }

        return scale.Restore(steps);
    }
}
