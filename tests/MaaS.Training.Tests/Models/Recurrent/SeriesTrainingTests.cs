using MaaS.Training.Data;
using MaaS.Training.Fitting;
using MaaS.Training.Fitting.Tasks;
using MaaS.Training.Models.Recurrent;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Models.Recurrent;

/// <summary>Recurrent networks learn through the trainer what other ways do not see.</summary>
internal sealed class SeriesTrainingTests
{
    private static readonly TrainerOptions Options = new()
    {
        Epochs = 12,
        BatchSize = 64,
        LearningRate = 1e-2,
        GradientClipNorm = 1,
        Device = "cpu",
        Seed = 1,
    };

    // Waves of two frequencies or a chirp, each at a random phase under noise: no single step tells them apart.
    private static (Tensor Inputs, Tensor Targets) Waves(int count, int seed)
    {
        var random = new Random(seed);
        const int Length = 30;
        var (x, y) = (new float[count * Length], new long[count]);
        for (var i = 0; i < count; i++)
        {
            y[i] = i % 3;
            var phase = random.NextDouble() * 2 * Math.PI;
            for (var t = 0; t < Length; t++)
            {
                var angle = y[i] switch { 0 => 0.4 * t, 1 => 0.9 * t, _ => 0.02 * t * t };
                x[(i * Length) + t] = (float)(
                    20 + (3 * (Math.Sin(angle + phase) + ((random.NextDouble() - 0.5) * 0.6))));
            }
        }

        return (tensor(x, [count, Length, 1]), tensor(y));
    }

    [Test]
    public void Fit_Classifier_TellsWavesApart([Values] RecurrentKind kind)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var train = Waves(600, seed: 1);
        using var model = new SeriesClassifier(new()
        {
            Features = 1,
            Classes = 3,
            Kind = kind,
            Hidden = 24,
            Bidirectional = true,
            Pooling = SequencePooling.Mean,
        });
        model.FitScale(train.Inputs);

        var result = new Trainer(Options).Fit(
            model, new ClassificationTask { Metrics = ["accuracy", "f1_macro"] },
            new TensorBatches<(Tensor, Tensor)>(train), new TensorBatches<(Tensor, Tensor)>(Waves(300, seed: 2)));

        Assert.That(result.Epochs[^1].ValidationMetrics["accuracy"], Is.GreaterThan(0.95));
        Assert.That(result.Epochs[^1].ValidationMetrics["f1_macro"], Is.GreaterThan(0.95));
    }

    // Two incommensurate waves and noise of deviation 0.5: persistence is far off, the noise is the best to be reached.
    private static Tensor Tide(int from, int count)
    {
        var random = new Random(from);
        double Noise() => (random.NextDouble() - 0.5) * Math.Sqrt(3);
        float[] values = [.. Enumerable.Range(from, count).Select(
            t => (float)(50 + (10 * Math.Sin(t * 0.5)) + (6 * Math.Sin((t * 0.311) + 1)) + Noise()))];
        return tensor(values, [count, 1]);
    }

    [Test]
    public void Fit_Forecaster_IsCloserThanPersistence([Values] RecurrentKind kind)
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        var series = Tide(0, 1500);
        var held = SeriesWindows.Of(Tide(1500, 400), 32, 4);
        using var model = new SeriesForecaster(new() { Features = 1, Horizon = 4, Kind = kind, Hidden = 32 });
        model.FitScale(series);

        var result = new Trainer(Options).Fit(
            model, new RegressionTask(), new TensorBatches<(Tensor, Tensor)>(SeriesWindows.Of(series, 32, 4)),
            new TensorBatches<(Tensor, Tensor)>(held));

        var persistence = (held.Inputs.select(1, -1).unsqueeze(1) - held.Targets).square().mean().sqrt().item<float>();
        var metrics = result.Epochs[^1].ValidationMetrics;
        Assert.That(persistence, Is.GreaterThan(5));
        Assert.That(metrics["rmse"], Is.LessThan(persistence / 4), "the noise alone is 0.5");
        Assert.That(metrics["r2"], Is.GreaterThan(0.95));
    }
}
