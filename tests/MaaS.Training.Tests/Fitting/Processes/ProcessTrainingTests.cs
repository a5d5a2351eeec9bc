using System.Globalization;
using MaaS.Tests;

namespace MaaS.Training.Tests.Fitting.Processes;

public sealed class ProcessTrainingTests
{
    private const int GlobalBatch = 40;
    private const double Tolerance = 1e-5;

    [OneTimeSetUp]
    public void RequireMpirun() => Mpirun.Require();

    // 250 samples: in the last step of an epoch one of four processes has a batch.
    [TestCase(ProcessTraining.Plain)]
    [TestCase(ProcessTraining.Clipped)]
    [TestCase(ProcessTraining.Accumulated)]
    [TestCase(ProcessTraining.BatchNorm)]
    [TestCase(ProcessTraining.Stopping)]
    public void Fit_OnTwoAndFourProcesses_GivesTheCurvesOfOne(string kind)
    {
        var one = Train(1, kind)[0];
        foreach (var count in new[] { 2, 4 })
        {
            var several = Train(count, kind);

            Assert.That(
                several.Select(static l => string.Join('\n', l)).Distinct().Count(), Is.EqualTo(1),
                "the processes differ");
            AssertEqual(several[0][0], one[0]);
            AssertEqual(several[0][1], one[1]);
        }
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(4)]
    public void Fit_AfterAProcessWasKilled_GoesOnWithMoreOrFewer(int count)
    {
        using var folder = new TemporaryFolder();
        using (var job = Mpirun.Start(2, "train", ProcessTraining.Killed, $"{GlobalBatch / 2}", folder.Path))
        {
            var errors = job.StandardError.ReadToEndAsync();
            _ = job.StandardOutput.ReadToEnd();
            Assert.That(job.WaitForExit(TimeSpan.FromSeconds(30)));
            Assert.That(job.ExitCode, Is.Not.Zero);
            Assert.That(errors.Result, Does.Contain("process rank 1"));
        }

        Assert.That(folder.All(), Is.Not.Empty);
        var resumed = Train(count, ProcessTraining.Plain, folder.Path)[0];

        var whole = Train(1, ProcessTraining.Plain)[0];
        AssertEqual(resumed[1], whole[1]);
        Assert.That(resumed[0].Split(' '), Has.Length.LessThan(whole[0].Split(' ').Length));
    }

    [Test]
    public void Fit_OneProcessThrows_EndsTheOthersAndNamesItAndTheReason()
    {
        using var job = Mpirun.Start(4, "train", ProcessTraining.Broken, $"{GlobalBatch / 4}");
        var errors = job.StandardError.ReadToEndAsync();
        _ = job.StandardOutput.ReadToEnd();
        Assert.That(job.WaitForExit(TimeSpan.FromSeconds(30)));
        Assert.That(job.ExitCode, Is.Not.Zero);
        Assert.That(
            errors.Result,
            Does.Contain("Process 1 of 0…3 failed").And.Contains("the fourth batch cannot be read"));
    }

    private static string[][] Train(int count, string kind, params string[] folder)
        => Mpirun.Run(count, ["train", kind, $"{GlobalBatch / count}", .. folder]);

    private static void AssertEqual(string actual, string expected)
        => Assert.That(Numbers(actual), Is.EqualTo(Numbers(expected)).Within(Tolerance));

    private static double[] Numbers(string line)
        => [.. line.Split(' ').Select(static v => double.Parse(v, CultureInfo.InvariantCulture))];
}
