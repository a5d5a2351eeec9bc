using MaaS.Core.Packages;
using MaaS.Training.Fitting;
using MaaS.Training.Models;
using MaaS.Training.Pipelines;
using MaaS.Training.Pruning;
using MaaS.Training.Tests.Pruning;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Pipelines;

/// <summary>Trained models whose layers are smaller than their architecture's.</summary>
internal sealed class PrunedModelTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("maas-models-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase("mlp")]
    [TestCase("convnet")]
    [TestCase("resnet")]
    public async Task SaveLoad_OfAPrunedModel_GivesTheSmallerNetworkThatTrainsExportsAndPrunesAgain(string architecture)
    {
        using var scope = NewDisposeScope();
        using var data = TestData.Blobs(32, 1, 12, 12);
        var options = new TrainerOptions { Epochs = 1, BatchSize = 16 };
        var (model, _) = TrainedModel.Train(architecture, "blobs", data, options);
        using var owned = model;
        var full = Parameters(model);

        model.Prune(new ChannelPruningOptions { Goal = PruningGoal.Channels(0.5) }, options, data);
        var path = Path.Combine(_folder, "pruned.safetensors");
        model.Save(path);
        using var loaded = TrainedModel.Load(path);

        var input = rand([3, 1, 12, 12]);
        Assert.That(Parameters(loaded), Is.EqualTo(Parameters(model)).And.LessThan(0.6 * full));
        Assert.That(loaded.Module.call(input).allclose(model.Module.call(input), 0, 0), Is.True);
        Assert.That(loaded.Info.Compression, Is.EqualTo(model.Info.Compression).And.Count.EqualTo(1));

        var package = Path.Combine(_folder, "pruned.maas");
        await loaded.PackAsync(package, "pruned", loaded.Export());
        using var opened = await ModelPackage.OpenAsync(package);
        Assert.That(opened.Manifest.Lineage!.Compression, Is.EqualTo(model.Info.Compression));

        new Trainer(options).Fit(loaded.Module, data);
        loaded.Prune(new ChannelPruningOptions { Goal = PruningGoal.Channels(0.5) }, null, data);
        Assert.That(Parameters(loaded), Is.LessThan(Parameters(model)));
        Assert.That(loaded.Info.Compression, Has.Count.EqualTo(2));
    }

    [Test]
    public void Load_WeightsThatDoNotFitEachOther_NamesTheFile()
    {
        using var scope = NewDisposeScope();
        using var module = ModelCatalog.Create("mlp", [1, 4, 4], 2);
        var state = module.state_dict();
        PrunedState.Load(
            module,
            state.ToDictionary(e => e.Key, e => e.Key == "layers.dense0.weight" ? e.Value[..8].clone() : e.Value));
        var path = Path.Combine(_folder, "torn.safetensors");
        new TrainedModel(module, Info() with { Compression = ["channel pruning"] }).Save(path);
        Assert.That(
            () => TrainedModel.Load(path), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(path));
    }

    [Test]
    public void Load_SmallerWeightsWithoutAStepThatMadeThemSmaller_NamesTheTensor()
    {
        using var scope = NewDisposeScope();
        using var module = new Mlp(16, 2, [8]);
        var path = Path.Combine(_folder, "other.safetensors");
        new TrainedModel(module, Info()).Save(path);
        Assert.That(
            () => TrainedModel.Load(path),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("expected layers.dense0.weight (32,16)"));
    }

    private static long Parameters(TrainedModel model) => model.Module.parameters().Sum(static p => p.NumberOfElements);

    private static TrainedModelInfo Info() => new()
    {
        Architecture = "mlp",
        InputShape = [1, 4, 4],
        Classes = ["dark", "bright"],
        Mean = 0.5,
        Std = 0.25,
        Data = "blobs",
        DataHash = new string('0', 64),
    };
}
