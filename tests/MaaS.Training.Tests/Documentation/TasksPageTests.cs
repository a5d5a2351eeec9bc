using System.Runtime.CompilerServices;
using MaaS.Training.Data;
using MaaS.Training.Fitting;
using MaaS.Training.Fitting.Averages;
using MaaS.Training.Fitting.Rates;
using MaaS.Training.Fitting.Tasks;
using MaaS.Training.Models.Recurrent;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Documentation;

/// <summary>The examples of docs/tasks.md: the text between their marks stands in the page, and it runs.</summary>
internal sealed class TasksPageTests
{
    private const string Mark = "// exam" + "ple\n", End = "// e" + "nd\n";

    private sealed class Prices : nn.Module<Tensor, Tensor, Tensor>
    {
        private readonly TorchSharp.Modules.Linear layer = nn.Linear(5, 1);

        public Prices()
            : base("prices") => RegisterComponents();

        public override Tensor forward(Tensor room, Tensor place) => layer.call(cat([room, place], 1)).squeeze(1);
    }

    private sealed record Houses(Tensor Room, Tensor Place, Tensor Price, Tensor Weight);

    private static TensorBatches<Houses> Some(long count)
    {
        var (room, place) = (randn(count, 3), randn(count, 2));
        return new(new Houses(room, place, (2 * room.sum(1)) - place.sum(1) + 5, rand(count) + 0.5));
    }

    private static string Here([CallerFilePath] string path = "") => path;

    [Test]
    public void Page_EveryExample_IsTheCodeThatRuns()
    {
        var page = File.ReadAllText(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", "..", "docs", "tasks.md"));
        string[] examples = [.. File.ReadAllText(Here()).Split(Mark)[1..]
            .Select(static e => e[..e.IndexOf(End, StringComparison.Ordinal)].TrimEnd())];
        Assert.That(examples, Has.Length.EqualTo(4));
        foreach (var example in examples)
        {
            var indent = new string(' ', example.Length - example.TrimStart().Length);
            var shown = example.Replace("\n" + indent, "\n", StringComparison.Ordinal).TrimStart();
            Assert.That(page, Does.Contain($"```csharp\n{shown}\n```"));
        }
    }

    [Test]
    public void Examples_Run()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using nn.Module<Tensor, Tensor, Tensor> model = new Prices();
        var (train, validation) = (Some(400), Some(100));
        var options = new TrainerOptions { Epochs = 30, BatchSize = 32, LearningRate = 0.05, Device = "cpu" };
        var plot = Path.GetTempFileName();

        // example
        var task = new RegressionTask<nn.Module<Tensor, Tensor, Tensor>, Houses>(
            (net, batch) => new(net.call(batch.Room, batch.Place), batch.Price, batch.Weight), RegressionLoss.Huber(1))
        {
            Metrics = ["mae", "r2"],
        };
        var result = new Trainer(options).Fit(model, task, train, validation);
        Console.WriteLine(result.Epochs[^1].ValidationMetrics["r2"]);
        // end

        Assert.That(result.Epochs[^1].ValidationMetrics["r2"], Is.GreaterThan(0.95));

        // example
        using var average = new ExponentialMovingAverage(0.99);
        var averaged = options with { Callbacks = [average] };    // or new StochasticWeightAverage(firstEpoch: 5)
        new Trainer(averaged).Fit(model, task, train, validation);
        // end

        Assert.That(average.Count, Is.EqualTo(30 * 13));

        // example
        var sweep = LearningRateFinder.Run(model, task, train, options);
        Console.WriteLine(sweep.Suggestion);                                  // null where the loss never falls
        File.WriteAllText(plot, sweep.ToSvg());
        // end

        Assert.That(File.ReadAllText(plot), Does.StartWith("<svg"));
        File.Delete(plot);
    }

    [Test]
    public void Series_Run()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var past = (arange(300, ScalarType.Float32) * 0.3).sin().unsqueeze(1);
        var options = new TrainerOptions { Epochs = 3, BatchSize = 32, LearningRate = 0.01, Device = "cpu" };

        // example
        var size = new SeriesForecasterOptions { Features = 1, Horizon = 4, Kind = RecurrentKind.Gru, Hidden = 32 };
        using var forecaster = new SeriesForecaster(size);
        forecaster.FitScale(past);                                            // (N, 1), oldest first
        var windows = new TensorBatches<(Tensor, Tensor)>(SeriesWindows.Of(past, length: 32, horizon: 4));
        new Trainer(options).Fit(forecaster, new RegressionTask(), windows);
        // end

        Assert.That(forecaster.call(past.narrow(0, 0, 32).unsqueeze(0)).shape, Is.EqualTo(new long[] { 1, 4, 1 }));
    }
}
