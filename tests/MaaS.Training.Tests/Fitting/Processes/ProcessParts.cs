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
            case ["train", var kind, var batchSize, .. var folder]:
                ProcessTraining.Run(
                    processes, kind, int.Parse(batchSize, CultureInfo.InvariantCulture), folder.FirstOrDefault());
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

    /// <summary>Writes a line.</summary>
    public static void Say(string line) => Console.Out.WriteLine(line);

    /// <summary>SHA-256 of the bits of numbers.</summary>
    public static string Hash<T>(ReadOnlySpan<T> values)
        where T : unmanaged
        => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(values)));

    private static unsafe void Sums(IProcessGroup processes, int length)
    {
        var values = Values(processes.Rank, length);
        processes.Sum(values);
        Say(Hash<float>(values));
        Say(string.Join(' ', values.Take(5).Select(static v => v.ToString("R", CultureInfo.InvariantCulture))));
        double[] numbers = [processes.Rank + 0.5, 1e300];
        processes.Sum(numbers);
        Say(string.Join(' ', numbers.Select(static v => v.ToString("R", CultureInfo.InvariantCulture))));

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

        Say(Hash<float>(first));
        Say(Hash<float>(second));
    }

    private static void Messages(IProcessGroup processes)
    {
        var root = processes.Size - 1;
        byte[] bytes = processes.Rank == root ? [1, 2, 3] : [0, 0, 0];
        processes.Broadcast(bytes, root);
        Say(Convert.ToHexString(bytes));
        var parts = processes.Gather(Enumerable.Repeat((byte)(processes.Rank + 1), 2 * processes.Rank).ToArray());
        Say(string.Join('|', parts.Select(Convert.ToHexString)));
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

        // Its share. Buckets of 1 kB: several messages. Twice, so that nothing is left of a step before.
        using var exchange = new GradientExchange(parameters, new CpuTensorSum(processes), 1024);
        var (watched, sums) = (false, Array.Empty<Tensor?>());
        for (var step = 0; step < 2; step++)
        {
            Array.ForEach(parameters, static p => p.grad = null);
            watched = overlap && exchange.Watch(parameters);
            var share = Samples / processes.Size;
            var part = (processes.Rank * share)..((processes.Rank + 1) * share);
            nn.functional.mse_loss(model.call(x[part]), y[part], nn.Reduction.Sum).backward();
            sums = exchange.Sum(Array.ConvertAll(parameters, static p => p.grad));
        }

        var error = sums.Zip(whole).Max(
            static p => p.Second is null ? 0 : (p.First! - p.Second).abs().max().item<float>());
        Say(error.ToString(CultureInfo.InvariantCulture));
        Say(string.Join(' ', sums.Take(2).Select(static s => s is null ? "none" : "some")));
        Say($"{watched} {exchange.SentEarly} {exchange.Buckets}");
        Say(Hash<float>([.. sums.Skip(2).SelectMany(static s => s!.data<float>().ToArray())]));
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
        Tensor[] parameters = [.. model.parameters()];
        using var exchange = new GradientExchange(parameters, new CpuTensorSum(processes));
        _ = exchange.Watch(parameters);
        var own = model.call(share);
        (own * target[from..to]).sum().backward();
        var sums = exchange.Sum(Array.ConvertAll(parameters, static p => p.grad));

        Say(Error(own, output[from..to]));
        Say(Error(share.grad!, whole.grad![from..to]));
        Say(string.Join(' ', sums.Zip(expected.parameters(), static (a, b) => Error(a!, b.grad!))));
        Say(string.Join(' ', model.buffers().Zip(expected.buffers(), static (a, b) => Error(a, b))));
        model.eval();
        expected.eval();
        Say(Error(model.call(x), expected.call(x)));
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
        using var norm = nn.BatchNorm2d(3);
        using var model = nn.Sequential(nn.Conv2d(2, 3, 1), norm);
        GroupBroadcast.Send(processes, model.state_dict());
        Say(Hash<float>([.. model.parameters().SelectMany(static p => p.data<float>().ToArray())]));
        norm.running_mean!.fill_(processes.Rank);
        BufferAverage.Take(processes, model);
        Say(string.Join(' ', norm.running_mean.data<float>().ToArray()));
        Say(string.Join(' ', norm.running_var!.data<float>().ToArray()));
    }

    private static void Endless(IProcessGroup processes)
    {
        Say($"{processes.Rank}: {Environment.ProcessId}");
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
