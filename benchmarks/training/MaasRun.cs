using System.Runtime.InteropServices;
using MaaS.Training.Evaluation;
using MaaS.Training.Fitting;
using static TorchSharp.torch;

namespace MaaS.Benchmarks.Training;

/// <summary>MaaS's side: an ordinary <see cref="Trainer"/>, no special code.</summary>
internal static class MaasRun
{
    public static RunResult Run(RunRequest request)
    {
        using var work = Workload.Load(request);
        using var model = work.Create(request.Seed);
        var result = new Trainer(new TrainerOptions
        {
            Epochs = request.Epochs,
            BatchSize = work.BatchSize,
            LearningRate = Workload.LearningRate,
            Schedule = ScheduleKind.Constant,
            Seed = request.Seed,
            Device = "cpu",
        }).Fit(model, work.Train);
        var accuracy = Evaluator.Evaluate(model, work.Test).Accuracy;
        var peak = ProcessMemory.PeakMegabytes();
        using var scope = NewDisposeScope();
        var (inputs, targets) = work.Test.GetBatch(arange(work.BatchSize, ScalarType.Int64), CPU);
        return new RunResult(
            $"TorchSharp {typeof(TorchSharp.torch).Assembly.GetName().Version!.ToString(3)}, "
                + $"{RuntimeInformation.FrameworkDescription}",
            result.Plan.ToString(), OneDnn.State(), [.. result.Epochs.Select(static e => e.Seconds)], accuracy, peak,
            NumberCheck.GradientError(model, result.Plan.ChannelsLast ? ChannelsLast(inputs) : inputs, targets),
            NumberCheck.ConvolutionError());
    }

    private static Tensor ChannelsLast(Tensor images) => images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
}
