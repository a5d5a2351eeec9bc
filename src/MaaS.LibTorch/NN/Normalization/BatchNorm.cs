using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Batch normalisation (Ioffe and Szegedy 2015): statistics of the batch in training, running ones otherwise.</summary>
public abstract class BatchNorm : NormBase
{
    public BatchNorm(long num_features, double eps, double momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype, string name)
        : base(num_features, eps, momentum, affine, track_running_stats, device, dtype, name)
    {
    }

    public override Tensor forward(Tensor input)
    {
        ValidateInputDimensions(input);
        var factor = momentum ?? 0;
        if (training && track_running_stats && num_batches_tracked is not null)
        {
            num_batches_tracked.add_(1L);
            factor = momentum ?? 1.0 / num_batches_tracked.item<long>();
        }
        var ownStatistics = training || (running_mean is null && running_var is null);
        var useRunning = !training || track_running_stats;
        return nn.functional.batch_norm(input, useRunning ? running_mean : null, useRunning ? running_var : null, weight, bias, ownStatistics, factor, eps);
    }
}
