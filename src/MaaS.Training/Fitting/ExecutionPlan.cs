using System.Globalization;
using MaaS.Training.Fitting.Parameters;
using MaaS.Training.Fitting.Processes;
using MaaS.Training.Interop;
using MaaS.Training.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting;

/// <summary>How the work is laid out on the machine; a function of model, options, device, batch size and core count,
/// never of timings.</summary>
/// <param name="Device">Where the model is.</param>
/// <param name="Workers">Data-parallel workers.</param>
/// <param name="ThreadsPerWorker">Threads inside torch's operators, for each worker.</param>
/// <param name="MicroBatch">Most samples in one forward pass; larger shares are accumulated.</param>
/// <param name="ChannelsLast">Whether images are laid out channels-last in memory.</param>
/// <param name="Precision">The number type of forward and backward passes.</param>
public sealed record ExecutionPlan(
    string Device, int Workers, int ThreadsPerWorker, int MicroBatch, bool ChannelsLast, TrainingPrecision Precision)
{
    // Bounds the activations: ConvNet keeps about 0.2 MB a sample between forward and backward.
    private const int LargestMicroBatch = 1024;

    // Below this many samples a worker the hand-over costs more than the second core gives.
    private const int SmallestShare = 16;

    /// <summary>Chooses the layout.</summary>
    /// <param name="model">On <paramref name="device"/>.</param>
    /// <param name="options">What they leave open is chosen here.</param>
    /// <param name="device">Where batches go.</param>
    /// <param name="batchSize">Samples of a whole batch, at least 1.</param>
    /// <param name="divided">Whether batches can be fetched in parts.</param>
    /// <exception cref="ArgumentException">The options ask for workers where the model, the source or the device has
    /// room for one alone.</exception>
    internal static ExecutionPlan For(
        nn.Module model, TrainerOptions options, Device device, long batchSize, bool divided)
    {
        var onCpu = device.type == DeviceType.CPU;
        var threads = options.Threads > 0 ? options.Threads : ProcessGroup.Cores;
        var observed = PreparedLayers.AnyIn(model);   // Averages ranges from batch to batch: not on several threads.
        var parallel = divided && !observed && IsParallel(model);
        if (options.Workers > 1 && observed)
        {
            throw new ArgumentException(
                $"Workers: expected 1 for a module prepared for quantization-aware training, got {options.Workers}.");
        }

        if (options.Workers > 1 && model.named_modules().FirstOrDefault(static m => IsOfTheBatch(m.module)) is
            (var name, { } layer))
        {
            throw new ArgumentException(
                $"Workers: expected 1 for a module with {layer.GetName()} ('{name}'), which takes statistics of the "
                    + $"whole batch or draws random numbers, got {options.Workers}.");
        }

        if (options.Workers > 1 && !divided)
        {
            throw new ArgumentException(
                $"Workers: expected 1 for a source whose batches come whole or a task of one's own, got "
                    + $"{options.Workers}; workers share "
                    + "samples that are fetched by their positions.");
        }

        if (options.Workers > 1 && !onCpu)
        {
            throw new ArgumentException(
                $"Workers: expected 1 on {device}, got {options.Workers}; workers share the CPU's cores.");
        }

        var workers = options.Workers > 0 ? options.Workers
            : onCpu && parallel ? (int)Math.Clamp(batchSize / SmallestShare, 1, threads)
            : 1;
        return new ExecutionPlan(
            device.ToString(),
            workers,
            Math.Max(1, threads / workers),
            parallel ? LargestMicroBatch : int.MaxValue,
            options.ChannelsLast ?? (onCpu && model.modules().Any(static m => m is Conv2d)),
            options.Precision);
    }

    /// <inheritdoc/>
    public override string ToString()
        => string.Create(CultureInfo.InvariantCulture,
            $"{Device}, {Workers} worker{(Workers == 1 ? "" : "s")} of {ThreadsPerWorker} "
                + $"thread{(ThreadsPerWorker == 1 ? "" : "s")}, "
            + $"{(ChannelsLast ? "channels-last, " : "")}"
            + $"{Precision.Name()}");

    private static bool IsParallel(nn.Module model) => model switch
    {
        IParallelForward => true,
        // A class that derives from Sequential may have a forward of its own.
        Sequential => model.GetType() == typeof(Sequential) && model.children().All(IsParallel),
        Conv2d or Linear or ReLU or GELU or Flatten or MaxPool2d or AvgPool2d => true,
        _ => false,
    };

    // Gives other values in the parts of a batch than in the whole.
    private static bool IsOfTheBatch(nn.Module module) => module is BatchNorm or RReLU
        or Dropout or Dropout1d or Dropout2d or Dropout3d or AlphaDropout or FeatureAlphaDropout;
}
