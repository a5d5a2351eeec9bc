using MaaS.Training.Data;
using MaaS.Training.Evaluation;
using MaaS.Training.Fitting;
using MaaS.Training.Fitting.Tasks;
using MaaS.Training.Models;
using MaaS.Training.Models.Transformers;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Models.Transformers;

public sealed class ImageTextModelTests
{
    private const string Folder = "/usr/share/datasets/fashion-mnist";

    private TrainTest? _data;

    [OneTimeTearDown]
    public void DisposeData() => _data?.Dispose();

    private TrainTest Data()
    {
        Assume.That(Directory.Exists(Folder), "dataset-fashion-mnist is not installed");
        return _data ??= FashionMnist.Load(Folder);
    }

    [Test]
    public void Fit_VisionTransformerOnPartOfFashionMnist_ReachesAUsefulAccuracy()
    {
        using var train = Data().Train.Take(3_000);
        using var test = Data().Test.Take(1_000);
        random.manual_seed(1);
        using var model = new VisionTransformer(new()
        {
            Patch = 7,
            Encoder = new() { Width = 48, Heads = 4, Layers = 2, FeedForward = 96, Dropout = 0 },
        });
        new Trainer(new TrainerOptions { Epochs = 3, BatchSize = 64, Device = "cpu" }).Fit(model, train);
        var accuracy = Evaluator.Evaluate(model, test).Accuracy;
        Assert.That(accuracy, Is.GreaterThan(0.68));
    }

    [Test]
    public void Fit_PairsOfFashionMnistAndCaptions_TeachesTheModelToNameImages()
    {
        using var train = Data().Train.Take(4_000);
        using var test = Data().Test.Take(1_000);
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var (captions, mask, vocabulary) = Captions(train.Classes);
        using var model = new ImageTextModel(new()
        {
            Vocabulary = vocabulary,
            Shared = 32,
            Image = new()
            {
                Patch = 14,
                Encoder = new()
                {
                    Width = 48,
                    Heads = 4,
                    Layers = 2,
                    FeedForward = 96,
                    Dropout = 0,
                },
            },
            Text = new() { Width = 32, Heads = 2, Layers = 1, FeedForward = 64, Dropout = 0, MaxLength = 8 },
        });
        var task = new ContrastiveTask<ImageTextModel, (Tensor Images, Tensor Labels)>((towers, batch) => new(
            towers.EmbedImages(batch.Images),
            towers.EmbedTexts(captions.index_select(0, batch.Labels), mask.index_select(0, batch.Labels)),
            towers.Scale, batch.Labels));
        var options = new TrainerOptions { Epochs = 2, BatchSize = 32, LearningRate = 2e-3, Device = "cpu", Seed = 1 };
        var epoch = new Trainer(options).Fit(
            model, task, new IndexedBatches(train), new IndexedBatches(test)).Epochs[^1];
        Assert.That(epoch.ValidationMetrics["recall_at_1"], Is.GreaterThan(0.6));

        model.eval();
        using var noGrad = no_grad();
        var (testImages, testLabels) = test.GetBatch(arange(test.Count), CPU);
        var named = model.call(testImages, captions, mask).argmax(1);     // which of the ten captions fits best
        var accuracy = named.eq(testLabels).to(ScalarType.Float32).mean().item<float>();
        Assert.That(accuracy, Is.GreaterThan(0.6));
    }

    [Test]
    public void Loss_OfKnownLogits_IsTheMeanOfBothCrossEntropies()
    {
        using var scope = NewDisposeScope();
        var loss = ImageTextModel.Loss(tensor(new float[] { 2, 0, 1, 3 }, [2, 2])).item<float>();
        static double Entropy(double right, double wrong) => Math.Log(1 + Math.Exp(wrong - right));
        Assert.That(loss, Is.EqualTo((Entropy(2, 0) + Entropy(3, 1) + Entropy(2, 1) + Entropy(3, 0)) / 4).Within(1e-6));
    }

    [TestCase("vit", 1, 28, 28)]
    [TestCase("vit", 3, 10, 15)]
    [TestCase("vit", 1, 11, 13)]
    public void Create_VisionTransformerOfTheCatalogue_FitsItsPatches(
        string name, long channels, long height, long width)
    {
        using var scope = NewDisposeScope();
        using var model = ModelCatalog.Create(name, [channels, height, width], 4, seed: 1);
        Assert.That(model.call(zeros(2, channels, height, width)).shape, Is.EqualTo(new long[] { 2, 4 }));
        Assert.That(
            () => model.call(zeros(2, channels, height, width + 1)),
            Throws.ArgumentException.With.Message.Contains(
                $"expected images (B,{channels},{height},{width}), got (2,{channels},{height},{width + 1})"));
    }

    // "a photo of T-shirt/top" and so on, a token for each word, padded with 0.
    private static (Tensor Ids, Tensor Mask, long Vocabulary) Captions(IReadOnlyList<string> classes)
    {
        List<string> words = [""];
        var rows = classes.Select(name => $"a photo of {name}".Split(' ').Select(word =>
        {
            if (!words.Contains(word))
            {
                words.Add(word);
            }

            return (long)words.IndexOf(word);
        }).Concat([0L, 0]).Take(5)).ToList();
        var ids = tensor(rows.SelectMany(static r => r).ToArray(), [classes.Count, 5]);
        return (ids, ids.ne(0).to(ScalarType.Int64), words.Count);
    }
}
