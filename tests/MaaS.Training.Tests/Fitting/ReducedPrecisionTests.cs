using MaaS.Core.Packages;
using MaaS.Tests;
using MaaS.Training.Fitting;
using MaaS.Training.Fitting.Averages;
using MaaS.Training.Tests.Pruning;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Fitting;

/// <summary>What no update changes keeps its bits in reduced precision, wherever it is kept.</summary>
internal sealed class ReducedPrecisionTests
{
    [Test]
    public void Fit_InBf16WithAFrozenLayer_KeepsItsBitsInCheckpointsAndAverages()
    {
        using var folder = new TemporaryFolder();
        using var data = TestData.Blobs(48, 1, 4, 4);
        using var frozen = nn.Linear(16, 8);
        using var model = nn.Sequential(("flat", nn.Flatten()), ("frozen", frozen), ("head", nn.Linear(8, 2)));
        foreach (var parameter in frozen.parameters())
        {
            parameter.requires_grad = false;
        }

        var before = frozen.weight!.data<float>().ToArray();
        using (var rounded = frozen.weight!.to(ScalarType.BFloat16).to(ScalarType.Float32))
        {
            Assert.That(rounded.data<float>().ToArray(), Is.Not.EqualTo(before), "rounding would be seen");
        }

        using var average = new ExponentialMovingAverage(0.5);
        new Trainer(new TrainerOptions
        {
            Epochs = 2,
            BatchSize = 16,
            Device = "cpu",
            Precision = TrainingPrecision.Bf16,
            Callbacks = [average],
            Checkpoints = new CheckpointOptions(folder["run"]) { EverySteps = 1, KeepLast = 100 },
        }).Fit(model, data);

        Assert.That(frozen.weight!.data<float>().ToArray(), Is.EqualTo(before), "the model, with its averages");
        var files = Directory.GetFiles(folder["run"], "step-*.safetensors");
        Assert.That(files, Has.Length.GreaterThanOrEqualTo(6), "within epochs too");
        foreach (var file in files)
        {
            using var checkpoint = SafeTensorsFile.Open(file);
            Assert.That(checkpoint["model.frozen.weight"].AsSpan<float>().ToArray(), Is.EqualTo(before), file);
        }
    }
}
