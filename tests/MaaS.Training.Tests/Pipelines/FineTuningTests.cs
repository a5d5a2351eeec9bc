using MaaS.Core.Packages;
using MaaS.Text.Cleaning;
using MaaS.Text.Reading;
using MaaS.Training.Checkpoints;
using MaaS.Training.Data.Text;
using MaaS.Training.Fitting;
using MaaS.Training.Models.Transformers;
using MaaS.Training.Models.Transformers.Bert;
using MaaS.Training.Pipelines;
using MaaS.Training.Tests.Checkpoints;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Pipelines;

/// <summary>A pre-trained BERT, as small as it gets, from its folder to a package.</summary>
public sealed class FineTuningTests
{
    private static readonly TrainerOptions Options = TrainedTextModel.FineTuning with
    {
        Epochs = 4,
        LearningRate = 3e-3,
        ValidationFraction = 0.2,
        Seed = 1,
    };

    private static readonly TextModelOptions Model = new()
    {
        Preprocessing = new TextPreprocessing { MaxLength = 16, Overlong = OverlongText.KeepEnds },
    };

    private string _folder = "";

    [SetUp]
    public void CreateFolder()
    {
        _folder = Directory.CreateTempSubdirectory("maas-fine-tuning-").FullName;
        TinyBert.Write(_folder, static config => new BertModel(config));
    }

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase(Pooling.Mean)]
    [TestCase(Pooling.First)]
    public async Task FineTune_SmallBert_TellsTopicsApartAndIsServedAsTrained(Pooling pooling)
    {
        var (train, heldBack) = Corpus().Split(0.25, 0);
        using var start = PretrainedText.Open(_folder, pooling);

        var (model, result) = TrainedTextModel.FineTune(start, "made up", train, Model, Options);

        using (model)
        {
            Assert.That(result.Epochs, Has.Count.EqualTo(4));
            Assert.That(model.Evaluate(heldBack).Summary.F1, Is.GreaterThan(0.9));
            Assert.That(model.Info.Pretrained, Is.EqualTo(start.Name));
            var file = Path.Combine(_folder, "tuned.safetensors");
            model.Save(file);
            using var loaded = TrainedTextModel.Load(file);
            Assert.That(((BertClassifier)loaded.Module).Pooling, Is.EqualTo(pooling));
            var torch = loaded.Probabilities(heldBack);
            Assert.That(torch, Is.EqualTo(model.Probabilities(heldBack)));

            var package = Path.Combine(_folder, "tuned.maas");
            await loaded.PackAsync(package, "texts", loaded.Export());
            using var classifier = await TextClassifier.OpenAsync(package);
            Assert.That(classifier.Probabilities([.. heldBack.Texts]), Is.EqualTo(torch).Within(1e-5));
            Assert.That(classifier.Manifest.Lineage!.Hyperparameters!["pretrained"], Is.EqualTo(start.Name));
        }
    }

    [Test]
    public void FineTune_FrozenWords_StayAndTheRestMoves()
    {
        using var start = PretrainedText.Open(_folder, Pooling.Mean);
        foreach (var precision in new[] { TrainingPrecision.Fp32, TrainingPrecision.Bf16 })
        {
            var (model, _) = TrainedTextModel.FineTune(
                start, "made up", Corpus(), Model, Options with { Precision = precision });
            using (model)
            {
                var tuned = model.Module.state_dict();
                var given = start.Encoder.state_dict();
                Assert.That(Equal(tuned, given, "embeddings.word_embeddings.weight"), Is.True, $"{precision}");
                Assert.That(Equal(tuned, given, "encoder.layer.0.intermediate.dense.weight"), Is.False, $"{precision}");
                Assert.That(model.Module.parameters().All(static p => p.requires_grad), Is.True);
            }
        }
    }

    [Test]
    public void FineTune_HeadFittedFirst_KnowsTheTopicsBeforeTheFirstStep()
    {
        using var start = PretrainedText.Open(_folder, Pooling.Mean);
        // No rate to speak of: what the model knows after it comes from the fitted head.
        var still = Options with { LearningRate = 1e-12, Epochs = 1 };
        var (fitted, _) = TrainedTextModel.FineTune(start, "made up", Corpus(), Model, still);
        var (fresh, _) = TrainedTextModel.FineTune(
            start, "made up", Corpus(), Model with { FitHeadFirst = false }, still);
        using (fitted)
        using (fresh)
        {
            Assert.That(fitted.Evaluate(Corpus()).Report.Accuracy, Is.GreaterThan(0.95));
            Assert.That(
                fresh.Evaluate(Corpus()).Report.Loss, Is.GreaterThan(fitted.Evaluate(Corpus()).Report.Loss!.Value));
        }
    }

    [Test]
    public void FineTune_LongerTextsThanPositions_IsRefused()
    {
        using var start = PretrainedText.Open(_folder);
        var model = Model with { Preprocessing = Model.Preprocessing with { MaxLength = 25 } };
        Assert.That(
            () => TrainedTextModel.FineTune(start, "made up", Corpus(), model, Options),
            Throws.ArgumentException.With.Message.Contains("at most 24 tokens"));
    }

    private static bool Equal(Dictionary<string, Tensor> tuned, Dictionary<string, Tensor> given, string name)
        => tuned[$"bert.{name}"].equal(given[name]).all().item<bool>();

    private static TextCorpus Corpus()
    {
        string[] garden = ["seed", "soil", "rose", "water", "spade"], shop = ["price", "shop", "cart", "pay", "card"];
        string[] common = ["the", "a", "of", "and", "in", "for", "it"];
        var random = new Random(5);
        var samples = Enumerable.Range(0, 240).Select(i =>
        {
            var topic = i % 3 == 0 ? shop : garden;
            var words = Enumerable.Range(0, random.Next(5, 20))
                .Select(_ => random.Next(3) == 0 ? common[random.Next(7)] : topic[random.Next(5)]);
            return new TextSample(i + 2, string.Join(' ', words), i % 3 == 0 ? "shop" : "garden");
        });
        return TextCorpus.Clean(samples, new TextCleaner(["lower-case"]));
    }
}
