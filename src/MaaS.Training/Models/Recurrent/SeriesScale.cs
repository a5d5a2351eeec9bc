using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Recurrent;

/// <summary>Mean and standard deviation of each number of a series, kept in the model, so that it takes numbers as they
/// were measured.</summary>
internal sealed class SeriesScale : Module<Tensor, Tensor>
{
    public SeriesScale(long features)
        : base(nameof(SeriesScale))
    {
        register_buffer("mean", zeros(features));
        register_buffer("std", ones(features));
    }

    // Asked for anew each time: a module that moves to another device gets other tensors.
    private Tensor Mean => get_buffer("mean")!;

    private Tensor Std => get_buffer("std")!;

    /// <summary>Takes mean and deviation of a series; a number that never changes is only shifted.</summary>
    /// <param name="series">(…, F).</param>
    /// <exception cref="ArgumentException">It has another number of features.</exception>
    public void Fit(Tensor series)
    {
        ArgumentNullException.ThrowIfNull(series);
        var features = Mean.shape[0];
        if (series.dim() < 2 || series.shape[^1] != features)
        {
            throw new ArgumentException(
                $"FitScale: expected a series (N,{features}), got ({string.Join(",", series.shape)}).",
                nameof(series));
        }

        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var rows = series.reshape(-1, features).to(ScalarType.Float64);        // (N, F)
        var average = rows.mean([0], keepdim: true);                           // (1, F)
        var deviation = (rows - average).square().mean([0]).sqrt();            // (F)
        Mean.copy_(average.squeeze(0));
        Std.copy_(deviation.masked_fill(deviation.lt(1e-12), 1));
    }

    /// <param name="input">(B, T, F) as measured.</param>
    /// <returns>(B, T, F) of mean 0 and deviation 1.</returns>
    public override Tensor forward(Tensor input) => (input - Mean) / Std;

    /// <summary>The numbers as measured again.</summary>
    /// <param name="scaled">(B, H, K): the first K numbers of a step.</param>
    public Tensor Restore(Tensor scaled)
    {
        var targets = scaled.shape[2];
        return (scaled * Std.narrow(0, 0, targets)) + Mean.narrow(0, 0, targets);
    }
}
