using MaaS.Registry.Runs;
using MaaS.Tests;
using MaaS.Training.Fitting;
using MaaS.Training.Fitting.Callbacks;

namespace MaaS.Training.Tests.Fitting.Callbacks;

internal sealed class RunLogCallbackTests
{
    [Test]
    public async Task Fit_WithRunLog_KeepsParametersStepsAndEpochs()
    {
        using var folder = new TemporaryFolder();
        var store = await RunStore.OpenAsync($"sqlite:{folder["registry.db"]}");
        await using var run = await store.StartAsync(new NewRun("sums"));
        using var model = FitTests.Model();
        var result = new Trainer(new TrainerOptions
        {
            Epochs = 2,
            BatchSize = 8,
            LearningRate = 0.05,
            Schedule = ScheduleKind.Constant,
            Device = "cpu",
            Callbacks = [new RunLogCallback(run, everySteps: 5)],
        }).Fit(model, new FitTests.SquaredError(), FitTests.Sums(80), FitTests.Sums(20));
        await run.EndAsync();

        var record = await store.GetAsync(run.Id);
        var loss = await store.MetricAsync(run.Id, "step/loss");
        var r2 = await store.MetricAsync(run.Id, "validation/r2");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(record.Outcome, Is.EqualTo(RunOutcome.Finished));
            Assert.That(record.Values.Parameters["training/LearningRate"], Is.EqualTo("0.05"));
            Assert.That(record.Values.Data["fingerprint"], Is.Not.Empty);
            Assert.That(loss.Select(static p => p.Step), Is.EqualTo(new long[] { 5, 10, 15, 20 }));
            Assert.That(r2.Select(static p => p.Step), Is.EqualTo(new long[] { 10, 20 }));
            Assert.That(
                r2.Select(static p => p.Value),
                Is.EqualTo(result.Epochs.Select(static e => e.ValidationMetrics["r2"])));
        }

        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
    }
}
