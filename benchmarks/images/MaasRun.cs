using System.Diagnostics;
using System.Runtime.InteropServices;
using MaaS.Training.Data;
using MaaS.Training.Data.Streams;
using MaaS.Training.Images;
using static TorchSharp.torch;

namespace MaaS.Benchmarks.Images;

/// <summary>MaaS's side.</summary>
internal static class MaasRun
{
    public static RunResult Run(RunRequest request)
    {
        set_num_threads(1);
        var source = ImageFolder.Open(request.Folder, Options(request));
        var (seconds, cpu, peaks) = (new double[request.Epochs], new double[request.Epochs], new double[request.Epochs]);
        var mean = 0.0;
        long images = 0;
        for (var epoch = 0; epoch < request.Epochs; epoch++)
        {
            var (start, cpuStart) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            (var sum, images) = (0.0, 0);
            foreach (var batch in source.Read(new EpochPlan(0, epoch + 1, RunRequest.BatchSize, CPU), CancellationToken.None))
            {
                // What training would do with it is not measured: one pass over the values, as the other side takes.
                using var total = batch.Value.Inputs.sum();
                sum += total.item<float>() / (batch.Value.Inputs.NumberOfElements / batch.Samples);
                images += batch.Samples;
                batch.Value.Inputs.Dispose();
                batch.Value.Targets.Dispose();
            }

            mean = sum / images;
            cpu[epoch] = (Environment.CpuUsage.TotalTime - cpuStart).TotalSeconds;
            (seconds[epoch], peaks[epoch]) = (Stopwatch.GetElapsedTime(start).TotalSeconds, PeakMegabytes());
            Console.Error.WriteLine($"  epoch {epoch + 1}: {source.Statistics}");
        }

        return new RunResult(
            $"{RuntimeInformation.FrameworkDescription}, SkiaSharp {typeof(SkiaSharp.SKCodec).Assembly.GetName().Version!.ToString(3)}",
            images, seconds, cpu, peaks, mean);
    }

    private static ImageFolderOptions Options(RunRequest request)
        => request.Workload == "small"
            ? new ImageFolderOptions
            {
                Channels = 1,
                Transforms = new Compose(new Normalize([0.286], [0.353])),
                Reader = new ReaderOptions { Workers = request.Workers },
            }
            : new ImageFolderOptions
            {
                Transforms = new Compose(new RandomResizedCrop(224), new RandomHorizontalFlip(), Normalize.ImageNet),
                Reader = new ReaderOptions { Workers = request.Workers },
            };

    private static double PeakMegabytes()
    {
        using var self = Process.GetCurrentProcess();
        return self.PeakWorkingSet64 / 1024.0 / 1024;
    }
}
