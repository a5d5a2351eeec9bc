using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MaaS.Training.Fitting.Processes;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Fitting.Processes;

/// <summary>What the tests run in several processes at once.</summary>
internal static class ProcessParts
{
    /// <summary>Samples of the whole batch.</summary>
    public const int Samples = 24;

    public static int Run(string[] arguments)
    {
        using var processes = ProcessGroup.FromEnvironment();
        switch (arguments)
        {
            case ["sums", var length]:
                Sums(processes, int.Parse(length, CultureInfo.InvariantCulture));
                break;
            case ["messages"]:
                Messages(processes);
                break;
            case ["gradients", var overlap]:
                Gradients(processes, overlap == "overlap");
                break;
            case ["batch-norm", var affine]:
                BatchNorm(processes, affine == "affine");
                break;
            case ["buffers"]:
                Buffers(processes);
                break;
            case ["endless"]:
                Endless(processes);
                break;
            case ["fails", var way]:
                Fail(processes, way);
                break;
            default:
                throw new ArgumentException($"expected a part, got {string.Join(' ', arguments)}");
        }

        return 0;
    }

    /// <summary>The numbers that a process brings to a sum.</summary>
    public static float[] Values(int rank, int length)
    {
        var random = new Random(100 + rank);
        return [.. Enumerable.Range(0, length).Select(_ => (random.NextSingle() - 0.5f) * 1000)];
    }

    private static void Say(IProcessGroup processes, string line) => Console.Out.WriteLine($"{processes.Rank}: {line}");

    private static string Hash<T>(ReadOnlySpan<T> values)
        where T : unmanaged
        => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(values)));

    private static unsafe void Sums(IProcessGroup processes, int length)
    {
        var values = Values(processes.Rank, length);
        processes.Sum(values);
        Say(processes, Hash<float>(values));
        Say(processes, string.Join(' ', values.Take(5).Select(static v => v.ToString("R", CultureInfo.InvariantCulture))));
        double[] numbers = [processes.Rank + 0.5, 1e300];
        processes.Sum(numbers);
        Say(processes, string.Join(' ', numbers.Select(static v => v.ToString("R", CultureInfo.InvariantCulture))));

        // Two sums at once, the second awaited first.
        var (first, second) = (Values(processes.Rank, length), Values(processes.Rank, 7));
        fixed (float* a = first, b = second)
        {
            var sums = (processes.BeginSum((nint)a, length), processes.BeginSum((nint)b, 7));
            sums.Item2.Wait();
            while (!sums.Item1.Poll())
            {
            }

            sums.Item1.Wait();
        }

        Say(processes, Hash<float>(first));
        Say(processes, Hash<float>(second));
    }

    private static void Messages(IProcessGroup processes)
    {
        var root = processes.Size - 1;
        byte[] bytes = processes.Rank == root ? [1, 2, 3] : [0, 0, 0];
        processes.Broadcast(bytes, root);
        Say(processes, Convert.ToHexString(bytes));
        var parts = processes.Gather(Enumerable.Repeat((byte)(processes.Rank + 1), 2 * processes.Rank).ToArray());
        Say(processes, string.Join('|', parts.Select(Convert.ToHexString)));
    }

    private static void Gradients(IProcessGroup processes, bool overlap)
    {
        _ = random.manual_seed(3);
        using var model = nn.Sequential(
            nn.Linear(6, 40), nn.Tanh(), nn.Linear(40, 40), nn.Tanh(), nn.Linear(40, 3));
        using var unused = nn.Linear(2, 2);
        var parameters = unused.parameters().Concat(model.parameters()).ToArray();
        using var x = randn(Samples, 6);
        using var y = randn(Samples, 3);

        // The whole batch by this process alone.
        nn.functional.mse_loss(model.call(x), y, nn.Reduction.Sum).backward();
        var whole = parameters.Select(static p => p.grad?.clone()).ToArray();
        Array.ForEach(parameters, static p => p.grad = null);

        // Its share in two parts, of which the first sends nothing. Buckets of 1 kB: several messages.
        using var sums = new GradientSums(parameters, new CpuTensorSum(processes), 1024, overlap);
        for (var step = 0; step < 2; step++)
        {
            Array.ForEach(parameters, static p => p.grad = null);
            var share = Samples / processes.Size;
            var start = processes.Rank * share;
            foreach (var (from, to) in new[] { (start, start + 1), (start + 1, start + share) })
            {
                if (to == start + share)
                {
                    sums.Begin();
                }

                nn.functional.mse_loss(model.call(x[from..to]), y[from..to], nn.Reduction.Sum).backward();
            }

            sums.Finish();
        }

        var error = parameters.Zip(whole).Max(
            static p => p.Second is null ? 0 : (p.First.grad! - p.Second).abs().max().item<float>());
        Say(processes, error.ToString(CultureInfo.InvariantCulture));
        Say(processes, string.Join(' ', unused.parameters().Select(static p => p.grad is null ? "none" : "some")));
        Say(processes, $"{sums.Overlaps} {sums.SentEarly} {sums.Buckets}");
        Say(processes, Hash<float>([.. model.parameters().SelectMany(static p => p.grad!.data<float>().ToArray())]));
    }

    // The shares are of different lengths.
    private static void BatchNorm(IProcessGroup processes, bool affine)
    {
        _ = random.manual_seed(4);
        using var scope = NewDisposeScope();
        var x = (randn(Samples, 5, 3, 3) * 2) + 7;
        var target = randn(Samples, 5, 3, 3);
        using var expected = nn.Sequential(nn.Conv2d(5, 5, 1), nn.BatchNorm2d(5, affine: affine));
        using var model = nn.Sequential(nn.Conv2d(5, 5, 1), nn.BatchNorm2d(5, affine: affine));
        _ = model.load_state_dict(expected.state_dict());
        var whole = x.clone().requires_grad_(true);
        var output = expected.call(whole);
        (output * target).sum().backward();

        var from = processes.Rank == 0 ? 0 : (processes.Rank * Samples / processes.Size) + 1;
        var to = processes.Rank == processes.Size - 1 ? Samples : ((processes.Rank + 1) * Samples / processes.Size) + 1;
        var share = x[from..to].clone().requires_grad_(true);
        using var attached = SynchronizedBatchNorm.Attach(model, processes);
        using var sums = new GradientSums([.. model.parameters()], new CpuTensorSum(processes));
        sums.Begin();
        var own = model.call(share);
        (own * target[from..to]).sum().backward();
        sums.Finish();

        Say(processes, Error(own, output[from..to]));
        Say(processes, Error(share.grad!, whole.grad![from..to]));
        Say(processes, string.Join(' ', model.parameters().Zip(expected.parameters(), static (a, b) => Error(a.grad!, b.grad!))));
        Say(processes, string.Join(' ', model.buffers().Zip(expected.buffers(), static (a, b) => Error(a, b))));
        model.eval();
        expected.eval();
        Say(processes, Error(model.call(x), expected.call(x)));
    }

    // Relative to the greatest value, at least 1.
    private static string Error(Tensor actual, Tensor expected)
    {
        var scale = Math.Max(1, expected.abs().max().to(ScalarType.Float32).item<float>());
        return ((actual - expected).abs().max().to(ScalarType.Float32).item<float>() / scale)
            .ToString(CultureInfo.InvariantCulture);
    }

    private static void Buffers(IProcessGroup processes)
    {
        using var scope = NewDisposeScope();
        _ = random.manual_seed(processes.Rank);
        using var model = nn.Sequential(nn.Conv2d(2, 3, 1), nn.BatchNorm2d(3));
        ProcessWeights.Broadcast(model, processes);
        Say(processes, Hash<float>([.. model.parameters().SelectMany(static p => p.data<float>().ToArray())]));
        var norm = (TorchSharp.Modules.BatchNorm2d)model[1];
        norm.running_mean!.fill_(processes.Rank);
        ProcessWeights.AverageBuffers(model, processes);
        Say(processes, string.Join(' ', norm.running_mean.data<float>().ToArray()));
        Say(processes, string.Join(' ', norm.running_var!.data<float>().ToArray()));
    }

    private static void Endless(IProcessGroup processes)
    {
        Say(processes, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        Console.Out.Flush();
        var values = new float[1000];
        while (true)
        {
            processes.Sum(values);
        }
    }

    private static void Fail(IProcessGroup processes, string way)
    {
        if (processes.Rank == 1)
        {
            if (way == "abort")
            {
                processes.Abort("its disk is full");
            }

            throw new InvalidDataException("a file of process 1 is broken");
        }

        processes.Sum(new float[1]);
    }
}
