using System.Globalization;
using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using MaaS.Training.Fitting;
using MaaS.Training.Models;
using MaaS.Training.Pipelines;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Pipelines;

internal sealed class TrainedModelTests
{
    private const string Valid =
        """{"architecture":"mlp","inputShape":[1,8,8],"classes":["a","b"],"mean":0.5,"std":0.2,"data":"d","dataHash":"h"}""";

    private string _folder = null!;

    private string File => Path.Combine(_folder, "model.safetensors");

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("maas-model-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void SaveLoad_Model_ComesBackInEvaluationMode()
    {
        using var scope = NewDisposeScope();
        using var saved = Create(new TrainerOptions { LearningRate = 0.25 });
        saved.Save(File);

        using var loaded = TrainedModel.Load(File);

        using var x = randn([3, 1, 8, 8]);
        Assert.That(loaded.Info.Options!.LearningRate, Is.EqualTo(0.25));
        Assert.That(loaded.Module.training, Is.False);
        Assert.That(loaded.Module.call(x).allclose(saved.Module.call(x), 0, 0), Is.True);
    }

    [Test]
    public void SaveLoad_TrainedWithHooks_ComesBackWithoutThem()
    {
        using var scope = NewDisposeScope();
        using var saved = Create(new TrainerOptions { BatchSize = 7, Hooks = [new NoHook()] });
        saved.Save(File);

        using var loaded = TrainedModel.Load(File);

        Assert.That(loaded.Info.Options!.BatchSize, Is.EqualTo(7));
        Assert.That(loaded.Info.Options.Hooks, Is.Empty);
    }

    [TestCase("mlp", "lenet", "lenet")]
    [TestCase("[1,8,8]", "[1,8]", "(C,H,W)")]
    [TestCase("[1,8,8]", "null", "inputShape")]
    [TestCase("""["a","b"]""", """["a"]""", "classes")]
    [TestCase("""["a","b"]""", "null", "classes")]
    public void Load_WrongDescription_FailsAsInvalidData(string from, string to, string message)
    {
        SafeTensorsFile.Write(
            File,
            new Dictionary<string, TensorValue> { ["w"] = TensorValue.Of(new float[1], 1) },
            new Dictionary<string, string> { ["maas"] = Valid.Replace(from, to, StringComparison.Ordinal) });

        Assert.That(
            () => TrainedModel.Load(File), Throws.TypeOf<InvalidDataException>().With.Message.Contains(message));
    }

    [Test]
    public async Task Pack_UnderACultureWithDecimalCommas_WritesLineageWithPoints()
    {
        using var scope = NewDisposeScope();
        using var model = Create(new TrainerOptions { LearningRate = 0.25 });
        var culture = CultureInfo.CurrentCulture;
        var commas = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        commas.NumberFormat.NumberDecimalSeparator = ",";
        CultureInfo.CurrentCulture = commas;
        try
        {
            await model.PackAsync(Path.Combine(_folder, "p.maas"), "p", model.Export());
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }

        using var package = await ModelPackage.OpenAsync(Path.Combine(_folder, "p.maas"));
        Assert.That(package.Manifest.Lineage!.Hyperparameters!["learning_rate"], Is.EqualTo("0.25"));
    }

    private sealed class NoHook : ITrainingHook
    {
        public void AfterStep(IReadOnlyDictionary<string, Tensor> weights)
        {
        }
    }

    private static TrainedModel Create(TrainerOptions options) => new(
        ModelCatalog.Create("mlp", [1, 8, 8], 2, seed: 1),
        new TrainedModelInfo
        {
            Architecture = "mlp",
            InputShape = [1, 8, 8],
            Classes = ["a", "b"],
            Mean = 0.5,
            Std = 0.2,
            Data = "d",
            DataHash = "h",
            Options = options,
        });
}
