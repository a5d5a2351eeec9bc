using MaaS.Training.Data;
using MaaS.Training.Data.Streams;
using MaaS.Training.Fitting;
using MaaS.Training.Reports;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Fitting;

/// <summary>What a run tells of how its source keeps up.</summary>
internal sealed class SourceReadingTests
{
    private static readonly TrainerOptions Quick = new()
    {
        Epochs = 3,
        BatchSize = 8,
        LearningRate = 0.05,
        Schedule = ScheduleKind.Constant,
        Device = "cpu",
        Threads = 1,
        Seed = 3,
    };

    [Test]
    public void Fit_SourceThatMeasures_ShowsItsRateAndTheWaiting()
    {
        var (reports, _) = Fit(new ReadStatistics(600, 0, 10, 0.5));
        Assert.That(reports, Has.Count.GreaterThanOrEqualTo(6), "steps and ends of three epochs");
        Assert.That(reports.Select(static r => r.ReadSamplesPerSecond), Is.All.EqualTo(60));
        Assert.That(reports.Select(static r => r.WaitShare), Is.All.EqualTo(0.05));
        Assert.That(reports.Select(static r => r.Warning), Is.All.Null);
    }

    [Test]
    public void Fit_StepsWaitedForTheSource_SaysSoOnce()
    {
        var (reports, result) = Fit(new ReadStatistics(600, 0, 10, 4));
        Assert.That(result.Warnings.Single(), Does.StartWith("training waited 40 %").And.Contain("more workers"));
        Assert.That(reports.Count(static r => r.Warning is not null), Is.EqualTo(1));
        Assert.That(reports.First(static r => r.Warning is not null).Epoch, Is.EqualTo(1));
    }

    [Test]
    public void Fit_StepsWaitedForAMomentOnly_SaysNothing()
        => Assert.That(Fit(new ReadStatistics(600, 0, 1, 0.6)).Result.Warnings, Is.Empty);

    [Test]
    public void Fit_SourceThatMeasuredNothing_ShowsNoRate()
    {
        var (reports, result) = Fit(new ReadStatistics(0, 0, 0, 0));
        Assert.That(reports.Select(static r => r.ReadSamplesPerSecond), Is.All.Null);
        Assert.That(reports.Select(static r => r.WaitShare), Is.All.Null);
        Assert.That(result.Warnings, Is.Empty);
    }

    private static (List<TrainingProgress> Reports, TrainingResult Result) Fit(ReadStatistics statistics)
    {
        using var model = FitTests.Model();
        var reports = new List<TrainingProgress>();
        var source = new Measured(
            new MemoryBatches<FitTests.Sample>(40, p => FitTests.Sums(40).Read(
                new(0, 1, p.Length, CPU, Shuffle: false), default).First().Value), statistics);
        var result = new Trainer(Quick).Fit(
            model, new FitTests.SquaredError(), source, progress: new Report(reports.Add));
        return (reports, result);
    }

    private sealed class Measured(IBatchSource<FitTests.Sample> source, ReadStatistics statistics)
        : IBatchSource<FitTests.Sample>, IMeasuredSource
    {
        public long? Count => source.Count;

        public string Fingerprint => source.Fingerprint;

        public ReadStatistics Statistics => statistics;

        public IEnumerable<Batch<FitTests.Sample>> Read(EpochPlan plan, CancellationToken cancellationToken)
            => source.Read(plan, cancellationToken);
    }

    private sealed class Report(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        void IProgress<TrainingProgress>.Report(TrainingProgress value) => report(value);
    }
}
