using System.Text.Json;
using MaaS.Training.Data;
using MaaS.Training.Fitting;
using MaaS.Training.Models;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Fitting;

/// <summary>Losses step by step, against PyTorch (Fixtures/make_trajectories.py).</summary>
internal sealed class TrajectoryTests
{
    private sealed record Case(double[] Losses, double[] Rates);

    private sealed record Fixture(
        byte[] Images, long[] Labels, double Mean, double Std, Dictionary<string, float[]> Start,
        Dictionary<string, Case> Cases);

    private static readonly TrainerOptions Constant = new() { LearningRate = 0.01, Schedule = ScheduleKind.Constant };

    private static readonly TrainerOptions Descent = Constant with
    {
        Optimizer = OptimizerKind.GradientDescent,
        LearningRate = 0.05,
    };

    private static readonly Dictionary<string, TrainerOptions> Options = new()
    {
        ["GradientDescent"] = Descent,
        ["Sgd"] = Constant with { Optimizer = OptimizerKind.Sgd, LearningRate = 0.02, WeightDecay = 0.01 },
        ["Adam"] = Constant with { Optimizer = OptimizerKind.Adam, WeightDecay = 0.01 },
        ["AdamW"] = Constant with { Optimizer = OptimizerKind.AdamW, WeightDecay = 0.1 },
        ["Smoothing"] = Constant with { LabelSmoothing = 0.1 },
        ["Clip"] = Descent with { LearningRate = 0.1, GradientClipNorm = 0.5 },
        ["Step"] = Descent with { Schedule = ScheduleKind.Step, ScheduleGamma = 0.5 },
        ["Cosine"] = Descent with { Schedule = ScheduleKind.Cosine },
        ["OneCycle"] = Descent with { Schedule = ScheduleKind.OneCycle },
    };

    private static Fixture Read()
    {
        using var stream = File.OpenRead(
            Path.Combine(TestContext.CurrentContext.TestDirectory, "Fitting", "Fixtures", "trajectories.json"));
        using var json = JsonDocument.Parse(stream);
        var root = json.RootElement;
        return new Fixture(
            [.. root.GetProperty("Images").EnumerateArray().Select(static v => v.GetByte())],
            root.GetProperty("Labels").Deserialize<long[]>()!, root.GetProperty("Mean").GetDouble(),
            root.GetProperty("Std").GetDouble(),
            root.GetProperty("Start").Deserialize<Dictionary<string, float[]>>()!,
            root.GetProperty("Cases").Deserialize<Dictionary<string, Case>>()!);
    }

    private static TrainingResult Train(Fixture fixture, TrainerOptions options)
    {
        using var data = new ImageDataset(
            tensor(fixture.Images, [60, 1, 12, 12], ScalarType.Byte), tensor(fixture.Labels), ["a", "b", "c", "d"],
            fixture.Mean, fixture.Std);
        using var model = new ConvNet(1, 12, 12, 4, 4);
        using (no_grad())
        {
            foreach (var (name, parameter) in model.named_parameters())
            {
                using var start = tensor(fixture.Start[name]);
                using var shaped = start.reshape(parameter.shape);
                parameter.copy_(shaped);
            }
        }

        return new Trainer(options with { Epochs = 20, BatchSize = 60, Device = "cpu" }).Fit(model, data);
    }

    [TestCaseSource(nameof(Names))]
    public void Fit_TwentySteps_LossesAndRatesEqualPyTorch(string name, int workers)
    {
        var fixture = Read();
        var result = Train(fixture, Options[name] with { Workers = workers });
        var expected = fixture.Cases[name];
        Assert.Multiple(() =>
        {
            Assert.That(result.Epochs.Select(static e => e.TrainLoss), Is.EqualTo(expected.Losses).Within(1e-4));
            Assert.That(result.Epochs.Select(static e => e.LearningRate), Is.EqualTo(expected.Rates).Within(1e-9));
        });
    }

    private static IEnumerable<TestCaseData> Names()
        => Options.Keys.SelectMany(static name => new[] { new TestCaseData(name, 1), new TestCaseData(name, 3) });
}
