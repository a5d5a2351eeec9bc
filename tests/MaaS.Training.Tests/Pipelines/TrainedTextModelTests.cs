using System.Text.Json.Nodes;
using MaaS.Core.Packages;
using MaaS.Text.Cleaning;
using MaaS.Text.Reading;
using MaaS.Training.Checkpoints;
using MaaS.Training.Data.Text;
using MaaS.Training.Evaluation;
using MaaS.Training.Fitting;
using MaaS.Training.Models;
using MaaS.Training.Pipelines;
using MaaS.Training.Reports;

namespace MaaS.Training.Tests.Pipelines;

/// <summary>A small text classifier from texts to a package.</summary>
public sealed class TrainedTextModelTests
{
    private static readonly string[] Cleaning = ["html", "lower-case", "whitespace"];
    private static readonly TrainerOptions Options = new()
    {
        Epochs = 8,
        BatchSize = 16,
        LearningRate = 1e-2,
        Optimizer = OptimizerKind.AdamW,
        ValidationFraction = 0.2,
        Seed = 1,
    };

    private string _folder = "";

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("maas-text-model-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase("transformer")]
    [TestCase("lstm")]
    [TestCase("gru")]
    [TestCase("textcnn")]
    public async Task Package_RawTexts_GivesTheProbabilitiesOfTorch(string architecture)
    {
        var raw = Samples(240);
        var corpus = TextCorpus.Clean(raw, new TextCleaner(Cleaning));
        var (train, heldBack) = corpus.Split(0.25, 0);
        var (model, result) = TrainedTextModel.Train(
            architecture, "made up", train, Tiny(OverlongText.KeepEnds), Options);
        using (model)
        {
            var trained = model.Evaluate(heldBack);
            Assert.That(trained.Summary.F1, Is.GreaterThan(0.9), $"{architecture} tells shopping from gardening");
            Assert.That(trained.Positive, Is.EqualTo("shop"), "the rarer class");
            Assert.That(result.Epochs, Has.Count.EqualTo(8));

            var file = Path.Combine(_folder, "model.safetensors");
            model.Save(file);
            using var loaded = TrainedTextModel.Load(file);
            Assert.That(TrainedTextModel.IsTextModel(file), Is.True);
            var torch = loaded.Probabilities(corpus);
            Assert.That(torch, Is.EqualTo(model.Probabilities(corpus)));

            var package = Path.Combine(_folder, "model.maas");
            await loaded.PackAsync(package, "texts", loaded.Export(), trained);
            using var classifier = await TextClassifier.OpenAsync(package);
            var served = classifier.Probabilities([.. raw.Select(static s => s.Text)]);
            Assert.That(served, Is.EqualTo(torch).Within(1e-5), "raw texts, 64 in a run");
            Assert.That(classifier.Predict(raw[3].Text)["shop"], Is.EqualTo(torch[7]).Within(1e-5), "one text alone");
            Assert.That(
                Evaluator.Evaluate(classifier, heldBack, "shop").Report.Accuracy, Is.EqualTo(trained.Report.Accuracy));
            Assert.That(classifier.Manifest.Text, Is.Not.Null);
            Assert.That(classifier.Manifest.Text!.Cleaning, Is.EqualTo(Cleaning));
            Assert.That(classifier.Manifest.Metrics!["f1"], Is.EqualTo(trained.Summary.F1));
        }
    }

    [Test]
    public async Task Predict_OverlongAndRefused_NamesTheLimit()
    {
        var corpus = TextCorpus.Clean(Samples(60), new TextCleaner(Cleaning));
        var (model, _) = TrainedTextModel.Train(
            "textcnn", "made up", corpus, Tiny(OverlongText.Refuse), Options with { Epochs = 1 });
        using (model)
        {
            var package = Path.Combine(_folder, "strict");
            await model.PackAsync(package, "strict", model.Export());
            using var classifier = await TextClassifier.OpenAsync(package);
            var text = string.Join(' ', Enumerable.Repeat("seed", 40));
            Assert.That(
                () => classifier.Predict(text),
                Throws.InstanceOf<ArgumentException>()
                    .With.Message.Contains("text 0: expected a text of at most 24 tokens, got 42"));
            Assert.That(
                () => classifier.Probabilities(["fine", text]),
                Throws.InstanceOf<ArgumentException>().With.Message.Contains("text 1"));
            Assert.That(
                () => classifier.Probabilities([.. Enumerable.Repeat("fine", 70), text]),
                Throws.InstanceOf<ArgumentException>().With.Message.Contains("text 70"), "in the second run of 64");
            Assert.That(() => classifier.Predict("[PAD] [SEP] <p></p>"), Throws.Nothing);
            Assert.That(() => classifier.Predict(""), Throws.Nothing);
            Assert.That(
                classifier.Encoder.Encode("[PAD]"), Has.None.EqualTo(classifier.Encoder.PaddingId),
                "what is written in a text is no padding");
        }
    }

    [Test]
    public void Encode_KeepEnds_TakesFirstAndLastTokens()
    {
        var corpus = TextCorpus.Clean(Samples(60), new TextCleaner(Cleaning));
        var (model, _) = TrainedTextModel.Train(
            "textcnn", "made up", corpus, Tiny(OverlongText.KeepEnds), Options with { Epochs = 1 });
        using (model)
        {
            var text = $"seed {string.Join(' ', Enumerable.Repeat("plant", 40))} price";
            var all = model.Encoder.Tokenizer.Encode(text).Ids;
            Assert.That(model.Encoder.Encode(text), Is.EqualTo(all[..12].Concat(all[^12..])));
        }
    }

    [Test]
    public void Train_SameSeed_GivesEqualWeights()
    {
        var corpus = TextCorpus.Clean(Samples(60), new TextCleaner(Cleaning));
        float[] Run()
        {
            var (model, _) = TrainedTextModel.Train(
                "transformer", "made up", corpus, Tiny(OverlongText.KeepEnds) with { BalancedClasses = true },
                Options with { Epochs = 1 });
            using (model)
            {
                return model.Probabilities(corpus);
            }
        }

        var first = Run();
        Assert.That(Run(), Is.EqualTo(first));
    }

    [Test]
    public void Train_BalancedClasses_SaysWithWhichWeights()
    {
        var corpus = TextCorpus.Clean(Samples(60), new TextCleaner(Cleaning));
        var (model, _) = TrainedTextModel.Train(
            "textcnn", "made up", corpus, Tiny(OverlongText.KeepEnds) with { BalancedClasses = true },
            Options with { Epochs = 1, ValidationFraction = 0 });
        using (model)
        {
            Assert.That(corpus.Classes, Is.EqualTo(new[] { "garden", "shop" }));
            Assert.That(model.Info.Options!.ClassWeights, Is.EqualTo(new[] { 60 / (2 * 40.0), 60 / (2 * 20.0) }));
            Assert.That(
                Hyperparameters.ClassWeights(model.Describe("x").Lineage, 2),
                Is.EqualTo(model.Info.Options.ClassWeights));
        }
    }

    [TestCase("transformer")]
    [TestCase("lstm")]
    public void Train_ResumedAfterACancelledEpoch_GivesTheWeightsOfAnUninterruptedRun(string architecture)
    {
        var corpus = TextCorpus.Clean(Samples(60), new TextCleaner(Cleaning));
        var options = Options with { Epochs = 3 };
        float[] Run(
            TrainerOptions how, IProgress<TrainingProgress>? progress = null,
            CancellationToken cancellationToken = default)
        {
            var (model, _) = TrainedTextModel.Train(
                architecture, "made up", corpus, Tiny(OverlongText.Truncate), how, progress, cancellationToken);
            using (model)
            {
                return model.Probabilities(corpus, cancellationToken);
            }
        }

        var expected = Run(options);
        var checkpointed = options with { CheckpointPath = Path.Combine(_folder, "run.ckpt"), Resume = true };
        using var source = new CancellationTokenSource();
        Assert.That(
            () => Run(checkpointed, new CancelWithin(2, source), source.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(
            Directory.GetFileSystemEntries(_folder), Is.EqualTo(new[] { checkpointed.CheckpointPath }),
            "no half-written file");
        Assert.That(Run(checkpointed), Is.EqualTo(expected));
    }

    [Test]
    public void Train_ResumedOnOtherData_RefusesTheCheckpoint()
    {
        var corpus = TextCorpus.Clean(Samples(60), new TextCleaner(Cleaning));
        var options = Options with { Epochs = 1, CheckpointPath = Path.Combine(_folder, "run.ckpt"), Resume = true };
        Action Training(TextCorpus train, TextModelOptions model)
            => () => TrainedTextModel.Train("lstm", "made up", train, model, options).Model.Dispose();
        Assert.That(Training(corpus, Tiny(OverlongText.Truncate)), Throws.Nothing);

        // The same words and lengths, so that the network's weights have equal shapes.
        var reordered = new TextCorpus([.. corpus.Texts.Reverse()], [.. corpus.Targets.Reverse()], corpus.Classes);
        var relabelled = new TextCorpus(corpus.Texts, [.. corpus.Targets.Select(static t => 1 - t)], corpus.Classes);
        foreach (var other in new[]
        {
            Training(reordered, Tiny(OverlongText.Truncate)), Training(relabelled, Tiny(OverlongText.Truncate)),
            Training(corpus, Tiny(OverlongText.KeepEnds)),
        })
        {
            Assert.That(
                other,
                Throws.InstanceOf<InvalidDataException>()
                    .With.Message.Contains(
                        "run.ckpt: expected a checkpoint of this training data, got one of other data"));
        }

        Assert.That(Training(corpus, Tiny(OverlongText.Truncate)), Throws.Nothing);
    }

    [Test]
    public void Load_DescriptionOfAnOlderVersion_HasTheDefaultsOfWhatItLeavesOut()
    {
        var corpus = TextCorpus.Clean(Samples(60), new TextCleaner(Cleaning));
        var (model, _) = TrainedTextModel.Train(
            "textcnn", "made up", corpus, Tiny(OverlongText.Truncate), Options with { Epochs = 1 });
        string path = Path.Combine(_folder, "new.safetensors"), older = Path.Combine(_folder, "old.safetensors");
        using (model)
        {
            model.Save(path);
        }

        Redescribe(path, older, static description =>
        {
            description.Remove("epochs");
            description["sizes"]!.AsObject().Remove("dropout");
            description["options"]!.AsObject().Remove("batchSize");
        });

        using var loaded = TrainedTextModel.Load(older);
        Assert.That(loaded.Info.Epochs, Is.Empty);
        Assert.That(loaded.Info.Sizes.Dropout, Is.EqualTo(new TextModelSizes().Dropout));
        Assert.That(
            (loaded.Info.Options!.BatchSize, loaded.Info.Options.Seed),
            Is.EqualTo((new TrainerOptions().BatchSize, 1)));
    }

    [TestCase("""{"architecture": "perceptron"}""", "got 'perceptron'")]
    [TestCase("""{"classes": ["garden", "garden"]}""", "expected at least two different ones, got [garden, garden]")]
    [TestCase("""{"classes": ["garden", null]}""", "expected at least two different ones")]
    [TestCase("""{"classes": ["garden", "shop", "street"]}""", "expected head.weight (3,16), got float32 (2,16)")]
    [TestCase("""{"preprocessing": {"maxLength": 24, "cleaning": [null]}}""", "expected steps among mail")]
    [TestCase(
        """{"sizes": {"width": 16, "heads": 2, "layers": 2000000000}}""", "the weights belong to another network")]
    [TestCase("""{"sizes": {"width": 16000000000, "heads": 2}}""", "the weights belong to another network")]
    public void Load_DescriptionThatDoesNotFit_SaysWhat(string changes, string expected)
    {
        var corpus = TextCorpus.Clean(Samples(60), new TextCleaner(Cleaning));
        var (model, _) = TrainedTextModel.Train(
            "transformer", "made up", corpus, Tiny(OverlongText.Truncate), Options with { Epochs = 1 });
        string path = Path.Combine(_folder, "good.safetensors"), changed = Path.Combine(_folder, "changed.safetensors");
        using (model)
        {
            model.Save(path);
        }

        Redescribe(path, changed, description =>
        {
            foreach (var (name, value) in JsonNode.Parse(changes)!.AsObject())
            {
                description[name] = value!.DeepClone();
            }
        });
        Assert.That(
            () => TrainedTextModel.Load(changed),
            Throws.InstanceOf<InvalidDataException>().With.Message.StartsWith(changed).And.Message.Contains(expected));
    }

    [Test]
    public void Load_ImageModel_SaysWhatIsExpected()
    {
        var path = Path.Combine(_folder, "other.safetensors");
        using var layer = TorchSharp.torch.nn.Linear(2, 2);
        ModelWeights.Save(path, layer);
        Assert.That(TrainedTextModel.IsTextModel(path), Is.False);
        Assert.That(
            () => TrainedTextModel.Load(path),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("text classifier that MaaS trained"));
    }

    private static void Redescribe(string path, string changed, Action<JsonObject> change)
    {
        using var file = SafeTensorsFile.Open(path);
        var description = JsonNode.Parse(file.Metadata["maas-text"])!.AsObject();
        change(description);
        SafeTensorsFile.Write(
            changed, file.Entries.ToDictionary(static e => e.Name, e => file[e.Name]),
            new Dictionary<string, string>(file.Metadata) { ["maas-text"] = description.ToJsonString() });
    }

    private static TextModelOptions Tiny(OverlongText overlong) => new()
    {
        Sizes = new TextModelSizes
        {
            Width = 16,
            Layers = 1,
            Heads = 2,
            FeedForward = 32,
            Dropout = 0,
            TokenDropout = 0,
        },
        VocabularySize = 300,
        Preprocessing = new TextPreprocessing { Cleaning = Cleaning, MaxLength = 24, Overlong = overlong },
    };

    private static TextSample[] Samples(int count)
    {
        string[] shop = ["price", "sale", "buy", "cheap", "order", "discount"], garden = [
            "seed", "plant", "soil", "water", "flower", "tree",
        ];
        string[] common = ["the", "a", "we", "with", "today", "for"];
        var random = new Random(5);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var topic = i % 3 == 0 ? shop : garden;
            var words = Enumerable.Range(0, random.Next(6, 40))
                .Select(_ => random.Next(2) == 0 ? common[random.Next(6)] : topic[random.Next(6)]);
            return new TextSample(i + 1, $"<p>{string.Join(' ', words)} n{i}</p>", i % 3 == 0 ? "shop" : "garden");
        })];
    }

    // Cancels after the first steps of an epoch.
    private sealed class CancelWithin(int epoch, CancellationTokenSource source) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Epoch == epoch && value.Completed is null)
            {
                source.Cancel();
            }
        }
    }
}
