using System.Diagnostics;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting;

/// <summary>Sums losses and hits over an epoch on the model's device, and reads them back now and then.</summary>
internal sealed class EpochMeter(Device device) : IDisposable
{
    private readonly Tensor _loss = zeros([], ScalarType.Float64, device).DetachFromDisposeScope();
    private readonly Tensor _correct = zeros([], ScalarType.Int64, device).DetachFromDisposeScope();
    private readonly long _start = Stopwatch.GetTimestamp();

    public long Samples { get; private set; }

    public double Seconds => Stopwatch.GetElapsedTime(_start).TotalSeconds;

    public double Loss => _loss.item<double>() / Samples;

    public double Accuracy => (double)_correct.item<long>() / Samples;

    public void Add(BatchGradient batch, int samples)
    {
        using var noGrad = no_grad();
        _loss.add_(batch.LossSum);
        _correct.add_(batch.Correct);
        Samples += samples;
    }

    public void Dispose()
    {
        _loss.Dispose();
        _correct.Dispose();
    }
}
