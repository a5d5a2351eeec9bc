using System.Diagnostics;
using MaaS.Registry.Studies;
using MaaS.Tests;
using MaaS.Training.Tuning;
using Microsoft.Data.Sqlite;

namespace MaaS.Training.Tests.Tuning;

[NonParallelizable]
internal sealed class StudyProcessesTests
{
    private TemporaryFolder _folder = null!;

    [OneTimeSetUp]
    public static Task StartAsync() => PostgresServer.StartAsync();

    [OneTimeTearDown]
    public static Task StopAsync() => PostgresServer.StopAsync();

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder()
    {
        SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    [TestCase("postgres")]
    [TestCase("sqlite")]
    public async Task Optimize_FourProcessesOneKilled_LosesNoTrialAndRunsNoneTwice(string kind)
    {
        var address = kind == "sqlite" ? $"sqlite:{_folder["study.db"]}"
            : await PostgresServer.NewRegistryAsync(_folder.Path);
        Process[] workers = [.. Enumerable.Range(0, 4).Select(i => Start(address, i))];
        try
        {
            foreach (var worker in workers)
            {
                Assert.That(await worker.StandardOutput.ReadLineAsync(), Is.EqualTo("ready"));
            }

            // The first alone until it holds a trial: SQLite does not serve who waits in turns.
            await workers[0].StandardInput.WriteLineAsync();
            var said = await workers[0].StandardOutput.ReadLineAsync();
            Assert.That(said, Is.EqualTo(StudyWorker.Hangs), said is null ? workers[0].StandardError.ReadToEnd() : "");
            foreach (var worker in workers.Skip(1))
            {
                await worker.StandardInput.WriteLineAsync();
            }

            workers[0].Kill();   // SIGKILL: nothing of it runs any more.
            foreach (var worker in workers)
            {
                await worker.WaitForExitAsync();
            }

            Assert.That(
                workers.Skip(1).Select(static w => w.ExitCode), Is.EqualTo(new[] { 0, 0, 0 }),
                string.Concat(workers.Skip(1).Select(static w => w.StandardError.ReadToEnd())));
        }
        finally
        {
            foreach (var worker in workers)
            {
                worker.Kill();
                worker.Dispose();
            }
        }

        var study = await Study.OpenAsync(StudyWorker.Space, StudyWorker.Options, await StudyStore.OpenAsync(address));
        var trials = await study.TrialsAsync();
        Assert.That(
            trials.Select(static t => t.Number), Is.EqualTo(Enumerable.Range(0, StudyWorker.Trials)), "none is lost");
        Assert.That(trials.All(static t => t.State == TrialState.Complete), Is.True);
        Assert.That(
            trials.All(static t => t.Values![0] == t.Parameters!["x"].Number * t.Parameters["n"].Number), Is.True);
        Assert.That(
            trials.Select(static t => t.Parameters!["x"].Number).Distinct().Count(), Is.EqualTo(StudyWorker.Trials),
            "each has its own point of the sequence");

        var begun = Enumerable.Range(0, 4).Select(i => Lines(i)).ToArray();
        var killed = long.Parse(begun[0][^1].Split(' ')[0]);
        Assert.That(trials[(int)killed].Attempts, Is.EqualTo(2), "the same trial, once more");
        Assert.That(trials.Where(t => t.Number != killed).Select(static t => t.Attempts), Has.All.EqualTo(1));
        Assert.That(
            begun.SelectMany(static l => l).Order(),
            Is.EqualTo(trials.Select(static t => $"{t.Number} 1").Append($"{killed} 2").Order()),
            "every attempt was begun once");
        Assert.That(begun.Skip(1).Sum(static l => l.Length), Is.GreaterThan(StudyWorker.Trials / 2));
    }

    private string[] Lines(int worker) => File.Exists(Log(worker)) ? File.ReadAllLines(Log(worker)) : [];

    private string Log(int worker) => _folder[$"worker-{worker}.txt"];

    private Process Start(string address, int worker) => ChildProgram.Start(
        StudyWorker.Argument, address, Log(worker), worker == 0 ? "3" : "0");
}
