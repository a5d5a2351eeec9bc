using System.Text.Json;
using System.Xml.Linq;
using MaaS.Training.Data;
using MaaS.Training.Fitting;
using MaaS.Training.Fitting.Rates;
using MaaS.Training.Fitting.Tasks;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Fitting.Rates;

internal sealed class LearningRateFinderTests
{
    private static readonly TrainerOptions Descent = new()
    {
        Optimizer = OptimizerKind.Sgd,
        Momentum = 0,
        BatchSize = 64,
        Device = "cpu",
        Threads = 1,
    };

    // Inputs of deviation 8: the gradient of the squared error is 2·64 times the error of the weight.
    private static TensorBatches<(Tensor Inputs, Tensor Targets)> Data()
    {
        var random = new Random(1);
        float[] x = [.. Enumerable.Range(0, 512).Select(_ => (float)((random.NextDouble() - 0.5) * 8 * Math.Sqrt(12)))];
        return new((tensor(x, [512, 1]), tensor(Array.ConvertAll(x, static v => (2 * v) + 1), [512, 1])));
    }

    [Test]
    public void Run_OnALinearRegression_SuggestsARateThatConvergesFast()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var model = nn.Linear(1, 1);

        var sweep = LearningRateFinder.Run(model, new RegressionTask(), Data(), Descent);

        // Descent diverges from a rate of 2 / 128 on.
        Assert.That(sweep.Suggestion, Is.InRange(1e-4, 1.0 / 64));
        Assert.That(sweep.Points, Has.Count.LessThan(100), "it ended where the loss grew");
        var result = new Trainer(
            Descent with { Epochs = 5, LearningRate = sweep.Suggestion!.Value, Schedule = ScheduleKind.Constant })
            .Fit(model, new RegressionTask(), Data());
        Assert.That(result.Epochs[^1].TrainLoss, Is.LessThan(result.Epochs[0].TrainLoss / 2));
    }

    [Test]
    public void Run_Ever_LeavesModelAndGeneratorAsTheyWere()
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        using var model = nn.Sequential(nn.Linear(1, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 1));
        var before = model.state_dict().ToDictionary(static e => e.Key, static e => e.Value.clone());
        var random = get_rng_state();

        LearningRateFinder.Run(model, new RegressionTask(), Data(), Descent, new() { Steps = 30 });

        Assert.That(get_rng_state().bytes.ToArray(), Is.EqualTo(random.bytes.ToArray()));
        foreach (var (name, weight) in model.state_dict())
        {
            Assert.That(weight.eq(before[name]).all().item<bool>(), Is.True, name);
        }
    }

    [Test]
    public void Run_WithAdam_TriesEveryRateByTheSameFactor()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        using var model = nn.Linear(1, 1);
        var sweep = LearningRateFinder.Run(
            model, new RegressionTask(), Data(), Descent with { Optimizer = OptimizerKind.Adam },
            new() { From = 1e-5, To = 1e-3, Steps = 21 });

        Assert.That(sweep.Points, Has.Count.EqualTo(21));
        Assert.That(sweep.Points[0].Rate, Is.EqualTo(1e-5).Within(1e-12));
        Assert.That(sweep.Points[10].Rate, Is.EqualTo(1e-4).Within(1e-10));
        Assert.That(sweep.Points[20].Rate, Is.EqualTo(1e-3).Within(1e-9));
    }

    // Fixtures/make_rates.py.
    [Test]
    public void Suggestion_OfAFixture_EqualsNumpys()
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(
            TestContext.CurrentContext.TestDirectory, "Fitting", "Rates", "Fixtures", "rates.json")));
        var (rates, losses) = (
            json.RootElement.GetProperty("rates").Deserialize<double[]>()!,
            json.RootElement.GetProperty("losses").Deserialize<double[]>()!);
        var sweep = new LearningRateSweep(
            [.. rates.Zip(losses, static (rate, loss) => new RatePoint(rate, loss, loss))]);
        Assert.That(sweep.Suggestion, Is.EqualTo(json.RootElement.GetProperty("suggestion").GetDouble()));
    }

    [Test]
    public void Suggestion_OfALossThatOnlyGrows_IsNone()
        => Assert.That(
            new LearningRateSweep([.. Enumerable.Range(1, 40).Select(static i => new RatePoint(i, i, i))]).Suggestion,
            Is.Null);

    [Test]
    public void ToSvg_OfASweep_MarksTheSuggestion()
    {
        static double Loss(int i) => 1 / (1 + Math.Exp(i - 20.0));
        var sweep = new LearningRateSweep([.. Enumerable.Range(0, 40).Select(
            static i => new RatePoint(Math.Pow(10, (i / 10.0) - 4), Loss(i), Loss(i)))]);
        var svg = XDocument.Parse(sweep.ToSvg());
        Assert.That(svg.Root!.Name.LocalName, Is.EqualTo("svg"));
        Assert.That(svg.Descendants().Count(static e => e.Name.LocalName == "circle"), Is.EqualTo(1));
        Assert.That(sweep.ToSvg(), Does.Contain("</title>best 0.01</text>"));
    }

    [Test]
    public void Validate_OutOfRange_NamesAllThatIsWrong()
        => Assert.That(
            () => new LearningRateFinderOptions { From = 0, Steps = 5, StopAt = 1, Smoothing = 1 }.Validate(),
            Throws.ArgumentException.With.Message.Contains("From above 0, got 0").And.Message.Contains(
                "Steps of at least 20, got 5")
                .And.Message.Contains("Smoothing").And.Message.Contains("StopAt"));
}
