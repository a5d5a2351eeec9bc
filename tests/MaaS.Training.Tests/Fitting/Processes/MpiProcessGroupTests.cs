using System.Diagnostics;
using System.Globalization;
using MaaS.Training.Fitting.Processes.Mpi;

namespace MaaS.Training.Tests.Fitting.Processes;

public sealed class MpiProcessGroupTests
{
    private const int Seconds = 30;

    [OneTimeSetUp]
    public void RequireMpirun() => Mpirun.Require();

    [TestCase(1, 50)]
    [TestCase(2, 1_000_000)]
    [TestCase(3, 200_001)]
    [TestCase(4, 50)]
    public void Sum_OnSeveralProcesses_GivesTheSameRightBitsEverywhere(int count, int length)
    {
        var lines = Mpirun.Run(count, "sums", $"{length}");

        Assert.That(lines.Select(static l => string.Join('\n', l)).Distinct().Count(), Is.EqualTo(1));
        var parts = Enumerable.Range(0, count).Select(rank => ProcessParts.Values(rank, length)).ToArray();
        var sums = lines[0][1].Split(' ').Select(static v => double.Parse(v, CultureInfo.InvariantCulture)).ToArray();
        for (var i = 0; i < sums.Length; i++)
        {
            Assert.That(sums[i], Is.EqualTo(parts.Sum(p => (double)p[i])).Within(1e-3));
        }

        Assert.That(lines[0][2], Is.EqualTo(
            string.Create(
                CultureInfo.InvariantCulture, $"{(count * (count - 1) / 2.0) + (0.5 * count)} {count * 1e300:R}")));
        Assert.That(lines[0], Has.Length.EqualTo(5));
    }

    [Test]
    public void BroadcastAndGather_OfThree_GiveEveryProcessTheBytes()
    {
        var lines = Mpirun.Run(3, "messages");

        Assert.That(lines, Is.All.EqualTo(new[] { "010203", "|0202|03030303" }));
    }

    [Test]
    public async Task Kill_OfOneProcess_EndsTheOthersAndNamesIt()
    {
        using var job = Mpirun.Start(3, "endless");
        var processes = new Dictionary<string, Process>();
        while (processes.Count < 3)
        {
            var line = await job.StandardOutput.ReadLineAsync();
            Assert.That(line, Is.Not.Null);
            var id = int.Parse(line!.Split(' ')[1], CultureInfo.InvariantCulture);
            processes[line.Split(':')[0]] = Process.GetProcessById(id);
        }

        processes["1"].Kill();   // SIGKILL

        var (message, exitCode) = await EndAsync(job, processes.Values);
        Assert.That(exitCode, Is.Not.Zero);
        Assert.That(message, Does.Contain("process rank 1").And.Contains("signal 9"));
    }

    [TestCase("abort", "Process 1 of 0…2 failed and ends the others: its disk is full")]
    [TestCase("exception", "a file of process 1 is broken")]
    public async Task Failure_OfOneProcess_EndsTheOthersAndSaysWhy(string way, string expected)
    {
        using var job = Mpirun.Start(3, "fails", way);
        var (message, exitCode) = await EndAsync(job, []);
        Assert.That(exitCode, Is.Not.Zero);
        Assert.That(message, Does.Contain(expected));
    }

    [Test]
    public void Load_WithoutTheLibrary_NamesThePackage()
    {
        var error = Assert.Throws<DllNotFoundException>(static () => MpiLibrary.Load("libmpi-not-here.so"));
        Assert.That(error!.Message, Does.Contain("apt install openmpi-bin"));
    }

    // The time limit fails the test.
    private static async Task<(string Message, int ExitCode)> EndAsync(Process job, IEnumerable<Process> processes)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(Seconds));
        var errors = job.StandardError.ReadToEndAsync(limit.Token);
        var output = job.StandardOutput.ReadToEndAsync(limit.Token);
        await job.WaitForExitAsync(limit.Token);
        foreach (var process in processes)
        {
            await process.WaitForExitAsync(limit.Token);
            process.Dispose();
        }

        return (await output + await errors, job.ExitCode);
    }
}
