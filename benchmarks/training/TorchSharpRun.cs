using System.Diagnostics;
using System.Runtime.InteropServices;
using MaaS.Training.Data;
using MaaS.Training.Data.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Benchmarks.Training;

/// <summary>TorchSharp's side: a loop as in its examples, over MaaS's module as any module.</summary>
/// <remarks>
/// Images are normalised once and stay float32 in memory; a batch is one index_select. Tuned: channels-last, texts of
/// about one length share a batch as in MaaS, and glibc keeps freed memory (<see cref="Side"/>).
/// </remarks>
internal static class TorchSharpRun
{
    public static RunResult Run(RunRequest request, bool tuned)
    {
        if (request.OneDnn == OneDnn.SwitchedOff)
        {
            OneDnn.SwitchOff();
        }

        using var work = Workload.Load(request);
        using var model = work.Create(request.Seed);
        var train = Batches(work.Train, tuned);
        var seconds = new double[request.Epochs];
        var optimizer = optim.Adam(model.parameters(), Workload.LearningRate);
        model.train();
        for (var epoch = 0; epoch < request.Epochs; epoch++)
        {
            var start = Stopwatch.GetTimestamp();
            Epoch(model, optimizer, train, Order(work, request.Seed, epoch + 1, tuned), work.BatchSize);
            seconds[epoch] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        model.eval();
        var accuracy = Accuracy(model, Batches(work.Test, tuned), work.Test.Count);
        var peak = ProcessMemory.PeakMegabytes();
        using var scope = NewDisposeScope();
        var (inputs, targets) = Batches(work.Test, tuned)(arange(work.BatchSize, ScalarType.Int64));
        return new RunResult(
            $"TorchSharp {typeof(torch).Assembly.GetName().Version!.ToString(3)}, "
                + $"{RuntimeInformation.FrameworkDescription}",
            $"{get_num_threads()} threads, {(tuned ? "channels-last, malloc set" : "NCHW")}", OneDnn.State(), seconds,
            accuracy, peak,
            NumberCheck.GradientError(model, inputs, targets), NumberCheck.ConvolutionError());
    }

    private static void Epoch(
        nn.Module<Tensor, Tensor> model, optim.Optimizer optimizer, Func<Tensor, (Tensor, Tensor)> batches,
        Tensor order, int batchSize)
    {
        for (long start = 0; start < order.shape[0]; start += batchSize)
        {
            using var scope = NewDisposeScope();
            var (inputs, targets) = batches(order.narrow(0, start, Math.Min(batchSize, order.shape[0] - start)));
            optimizer.zero_grad();
            var loss = nn.functional.cross_entropy(model.call(inputs), targets);
            loss.backward();
            optimizer.step();
        }
    }

    private static Tensor Order(Workload work, int seed, int epoch, bool tuned)
        => tuned && work.Train is IBatchOrder source
            ? tensor(source.Order(seed, epoch, work.BatchSize)) : randperm(work.Train.Count);

    // From positions (B) to inputs and targets.
    private static Func<Tensor, (Tensor Inputs, Tensor Targets)> Batches(IBatchSource data, bool channelsLast)
    {
        if (data is TextDataset)
        {
            return indices => data.GetBatch(indices, CPU);
        }

        var (images, labels) = data.GetBatch(arange(data.Count, ScalarType.Int64), CPU);   // (N, 1, 28, 28)
        if (!channelsLast)
        {
            return indices => (images.index_select(0, indices), labels.index_select(0, indices));
        }

        images = images.permute(0, 2, 3, 1).contiguous();                                   // (N, 28, 28, 1)
        return indices => (images.index_select(0, indices).permute(0, 3, 1, 2), labels.index_select(0, indices));
    }

    private static double Accuracy(nn.Module<Tensor, Tensor> model, Func<Tensor, (Tensor, Tensor)> batches, long count)
    {
        const int Batch = 250;
        using var noGrad = no_grad();
        var hits = 0L;
        for (long start = 0; start < count; start += Batch)
        {
            using var scope = NewDisposeScope();
            var (inputs, targets) = batches(arange(start, Math.Min(start + Batch, count), ScalarType.Int64));
            hits += model.call(inputs).argmax(1).eq(targets).sum().item<long>();
        }

        return (double)hits / count;
    }
}
