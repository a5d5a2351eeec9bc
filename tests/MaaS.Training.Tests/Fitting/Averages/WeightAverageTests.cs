using System.Text.Json;
using MaaS.Training.Data;
using MaaS.Training.Fitting;
using MaaS.Training.Fitting.Averages;
using MaaS.Training.Fitting.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Fitting.Averages;

/// <summary>Averaged weights, against PyTorch's (Fixtures/make_averages.py).</summary>
internal sealed class WeightAverageTests
{
    private static readonly TrainerOptions Options = new()
    {
        Epochs = 12,
        BatchSize = 20,
        Optimizer = OptimizerKind.Sgd,
        Momentum = 0,
        LearningRate = 0.1,
        Schedule = ScheduleKind.Constant,
        Device = "cpu",
        Threads = 1,
    };

    private readonly JsonElement _fixture = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(
        TestContext.CurrentContext.TestDirectory, "Fitting", "Averages", "Fixtures", "averages.json"))).RootElement;

    private readonly string _folder = Directory.CreateTempSubdirectory("maas-averages-").FullName;

    [OneTimeTearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    private Tensor X => tensor(_fixture.GetProperty("x").Deserialize<float[]>()!, [20, 3]);

    private TensorBatches<(Tensor Inputs, Tensor Targets)> Data
        => new((X, tensor(_fixture.GetProperty("y").Deserialize<float[]>()!, [20, 1])));

    private nn.Module<Tensor, Tensor> Model()
    {
        var model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 1));
        var start = _fixture.GetProperty("start");
        using var noGrad = no_grad();
        foreach (var (name, weight) in model.state_dict().Where(static e => e.Value.is_floating_point()))
        {
            weight.copy_(tensor(Flat(start.GetProperty(name)), weight.shape));
        }

        return model;
    }

    private static float[] Flat(JsonElement values)
        => values.ValueKind == JsonValueKind.Array
            ? [.. values.EnumerateArray().SelectMany(Flat)] : [values.GetSingle()];

    private static void AssertWeights(nn.Module model, JsonElement expected)
    {
        var state = model.state_dict();
        foreach (var weight in expected.EnumerateObject())
        {
            Assert.That(
                state[weight.Name].data<float>().ToArray(), Is.EqualTo(Flat(weight.Value)).Within(1e-5), weight.Name);
        }
    }

    [Test]
    public void Fit_WithAnExponentialAverage_EndsWithPyTorchsWeights()
    {
        using var scope = NewDisposeScope();
        using var model = Model();
        using var average = new ExponentialMovingAverage(0.9, warmUp: false);

        var result = new Trainer(Options with { Callbacks = [average] }).Fit(model, new RegressionTask(), Data, Data);

        AssertWeights(model, _fixture.GetProperty("ema"));
        Assert.That(average.Count, Is.EqualTo(12));
        using var noGrad = no_grad();
        var loss = nn.functional.mse_loss(
            model.call(X), tensor(_fixture.GetProperty("y").Deserialize<float[]>()!, [20, 1]));
        Assert.That(
            result.Epochs[^1].ValidationLoss, Is.EqualTo(loss.item<float>()).Within(1e-5),
            "measured with the averages");
    }

    [Test]
    public void Fit_WithAStochasticAverage_EndsWithPyTorchsWeightsAndStatistics()
    {
        using var scope = NewDisposeScope();
        using var model = Model();
        using var average = new StochasticWeightAverage(firstEpoch: 5)
        {
            TrainingBatches = m =>
            {
                foreach (var half in X.chunk(2))
                {
                    ((nn.Module<Tensor, Tensor>)m).call(half);
                }
            },
        };

        new Trainer(Options with { Callbacks = [average] }).Fit(model, new RegressionTask(), Data, Data);

        AssertWeights(model, _fixture.GetProperty("swa"));
        Assert.That(average.Count, Is.EqualTo(8));
        Assert.That(model.training, Is.False);
    }

    [Test]
    public void Fit_WithAnAverage_TrainsAsWithoutOne()
    {
        using var scope = NewDisposeScope();
        using var with = Model();
        using var without = Model();
        using var average = new ExponentialMovingAverage();

        var averaged = new Trainer(Options with { Callbacks = [average] }).Fit(with, new RegressionTask(), Data, Data);
        var plain = new Trainer(Options).Fit(without, new RegressionTask(), Data, Data);

        Assert.That(
            averaged.Epochs.Select(static e => e.TrainLoss), Is.EqualTo(plain.Epochs.Select(static e => e.TrainLoss)));
        Assert.That(averaged.Epochs[^1].ValidationLoss, Is.Not.EqualTo(plain.Epochs[^1].ValidationLoss));
    }

    [TestCase("ema")]
    [TestCase("swa")]
    public void Fit_Resumed_EndsWithTheSameBits(string kind)
    {
        using var scope = NewDisposeScope();
        WeightAverage Average() => kind == "ema" ? new ExponentialMovingAverage(0.9) : new StochasticWeightAverage(3);
        float[] Run(string name, params int[] epochs)
        {
            float[] weights = [];
            foreach (var count in epochs)
            {
                using var model = Model();
                using var average = Average();
                new Trainer(Options with
                {
                    Epochs = count,
                    BatchSize = 8,
                    Callbacks = [average],
                    CheckpointPath = Path.Combine(_folder, $"{kind}-{name}.safetensors"),
                    Resume = true,
                }).Fit(model, new RegressionTask(), Data, Data);
                weights = [.. model.state_dict().Values.Where(static v => v.is_floating_point())
                    .SelectMany(static v => v.data<float>().ToArray())];
            }

            return weights;
        }

        Assert.That(Run("twice", 5, 12), Is.EqualTo(Run("once", 12)));
    }

    [Test]
    public void Fit_ResumedWithAnotherModelsAverage_IsRefused()
    {
        using var scope = NewDisposeScope();
        using var average = new ExponentialMovingAverage();
        using var model = Model();
        new Trainer(Options with { Epochs = 1, Callbacks = [average] }).Fit(model, new RegressionTask(), Data);
        Assert.That(
            () => average.LoadState(new Dictionary<string, Tensor> { ["average.0.weight"] = zeros(2, 2) }),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(
                "expected an average (4,3) of '0.weight', got (2,2)"));
    }

    [Test]
    public void Create_OutOfRange_IsRefused() => Assert.Multiple(() =>
    {
        Assert.That(() => new ExponentialMovingAverage(1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new StochasticWeightAverage(0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    });
}
