using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using MaaS.Serving.Images;
using MaaS.Tests;
using MaaS.Training.Checkpoints;
using MaaS.Training.Fitting;
using MaaS.Training.Fitting.Callbacks;
using MaaS.Training.Images.Pipelines;
using MaaS.Training.Pipelines;
using MaaS.Training.Reports;
using Microsoft.Extensions.Options;
using SkiaSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Images.Tests.Pipelines;

/// <summary>Pictures of one shape on one side: trained, written, packaged, answered.</summary>
public sealed class ImageTrainingTests
{
    private static readonly TrainerOptions Quick = ImageTraining.DefaultTraining with
    {
        Epochs = 4,
        BatchSize = 8,
        Seed = 5,
        Device = "cpu",
        Threads = 1,
        ValidationFraction = 0.2,
    };

    private TemporaryFolder _folder = null!;
    private ImageParts _parts = null!;

    [OneTimeSetUp]
    public void Draw()
    {
        _folder = new TemporaryFolder();
        for (var i = 0; i < 60; i++)
        {
            Write(_folder[$"pictures/{(i % 2 == 0 ? "left" : "right")}/{i}.{(i % 3 == 0 ? "jpg" : "png")}"], i);
        }

        _parts = ImageParts.Open(_folder["pictures"]);
    }

    [OneTimeTearDown]
    public void Delete() => _folder.Dispose();

    // The oracle of the package is torch on the folder: both decode, size and normalise for themselves.
    [Test]
    public async Task Train_WrittenReadAndPackaged_AnswersAlike()
    {
        var (model, result) = ImageTraining.Train(
            "sides", _parts, new ImageModelOptions { Size = 24, Architecture = "convnet" }, Quick);
        using (model)
        {
            model.Save(_folder["sides.safetensors"]);
        }

        Assert.That(result.Epochs, Has.Count.EqualTo(4));
        Assert.That(result.Epochs[^1].ValidationAccuracy, Is.Not.Null, "a validation part was drawn");

        using var read = TrainedModel.Load(_folder["sides.safetensors"]);
        var samples = ImageTraining.Classify(read, _parts.Test);
        Assert.That(samples.Evaluation.Report.Accuracy, Is.EqualTo(1));
        Assert.That(read.Info.DataHash, Is.EqualTo(_parts.Sha256));

        await read.PackAsync(_folder["sides.maas"], "sides", read.Export());
        using var package = await ModelPackage.OpenAsync(_folder["sides.maas"]);
        var preprocessing = package.Manifest.Preprocessing!;
        Assert.That(preprocessing.Geometry!.ResizeShorter, Is.EqualTo(24));
        using var network = InferenceModel.Load(await package.ReadAsync(ModelPackage.ModelFile), "sides");
        var decoder = new SkiaImageDecoder(Options.Create(new ImageOptions()));
        var seen = _parts.Test.With(_parts.Test.Options with { Transforms = Compose.Of(preprocessing) });
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        for (var i = 0; i < seen.Count; i++)
        {
            var decoded = decoder.Decode(
                File.ReadAllBytes(Path.Combine(_folder["pictures"], seen.Names[i])), 3, 24, 24, preprocessing.Geometry);
            preprocessing.Normalize(decoded.Pixels, 24 * 24);
            var (inputs, _) = seen.GetBatch(tensor([(long)i], [1], ScalarType.Int64), CPU);
            Assert.That(decoded.Pixels, Is.EqualTo(inputs.data<float>().ToArray()), seen.Names[i]);
            using var outputs = network.Run(TensorValue.Of(decoded.Pixels, [1, 3, 24, 24]));
            Assert.That(
                outputs[0].AsSpan<float>().ToArray(),
                Is.EqualTo(read.Module.call(inputs).data<float>().ToArray()).Within(1e-4));
        }
    }

    [Test]
    public void Train_MoreEpochs_LeavesNoMoreTensors()
    {
        long Left(int epochs)
        {
            var before = LiveTensors.Settled();
            ImageTraining.Train("sides", _parts, new ImageModelOptions { Size = 8 }, Quick with { Epochs = epochs })
                .Model.Dispose();
            return Tensor.TotalCount - before;
        }

        Assert.That(Left(3), Is.EqualTo(Left(1)));
    }

    // Augmentation, a validation part and a callback that ends the run in the middle of the third epoch.
    [Test]
    public void Train_EndedAndResumed_WeightsEqualTheUninterruptedRunBitForBit()
    {
        var model = new ImageModelOptions
        {
            Size = 16,
            Architecture = "resnet",
            Augment = true,
            BalancedClasses = true,
        };
        byte[] Train(string folder, bool resume, params TrainingCallback[] callbacks)
        {
            var (trained, _) = ImageTraining.Train("sides", _parts, model, Quick with
            {
                Checkpoints = new CheckpointOptions(_folder[folder]) { EverySteps = 3 },
                Resume = resume,
                Callbacks = callbacks,
            });
            using (trained)
            {
                using var scope = NewDisposeScope();
                return [.. trained.Module.state_dict().SelectMany(static e => e.Value.bytes.ToArray())];
            }
        }

        var whole = Train("whole", resume: false);
        Assert.That(() => Train("ended", resume: false, new EndAt(13)), Throws.InvalidOperationException);
        Assert.That(Train("ended", resume: true).AsSpan().SequenceEqual(whole), Is.True);
    }

    [Test]
    public void FineTune_AllFrozen_ChangesTheHeadAlone()
    {
        using var start = PretrainedImages.Open(PretrainedWeights.ResNet18);
        var model = new ImageModelOptions { Size = 32, FrozenEpochs = int.MaxValue };
        var options = ImageTraining.FineTuning with
        {
            Epochs = 1,
            BatchSize = 16,
            Seed = 5,
            Device = "cpu",
            Threads = 1,
        };
        var (trained, result) = ImageTraining.FineTune(start, "sides", _parts, model, options);
        // A rate that moves nothing leaves the head that the run begins with.
        var (begun, _) = ImageTraining.FineTune(start, "sides", _parts, model, options with { LearningRate = 1e-12 });
        using (begun)
        using (trained)
        {
            Assert.That(result.Epochs, Has.Count.EqualTo(1));
            Assert.That(Changed(start.Network, trained).Except(PretrainedImages.HeadNames), Is.Empty);
            Assert.That(Changed(begun.Module, trained), Is.EquivalentTo(PretrainedImages.HeadNames), "it learned");
            Assert.That(
                (trained.Info.Pretrained, trained.Info.Architecture), Is.EqualTo((start.Name, "resnet18")));
            trained.Save(_folder["tuned.safetensors"]);
            using var read = TrainedModel.Load(_folder["tuned.safetensors"]);
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            var inputs = rand(2, 3, 32, 32);
            Assert.That(
                read.Module.call(inputs).eq(trained.Module.call(inputs)).all().item<bool>(),
                "a network of nine blocks comes back from its file");
        }
    }

    // A rate that moves nothing: what the epoch measures is the head that the run begins with.
    [Test]
    public void FineTune_BeforeTheFirstStep_TheHeadTellsTheClasses()
    {
        using var start = PretrainedImages.Open(PretrainedWeights.ResNet18);
        var (trained, result) = ImageTraining.FineTune(
            start, "sides", _parts, new ImageModelOptions { Size = 32, FrozenEpochs = 1 },
            ImageTraining.FineTuning with { Epochs = 1, LearningRate = 1e-12, Device = "cpu", Threads = 1 });
        trained.Dispose();
        Assert.That(result.Epochs[0].TrainAccuracy, Is.GreaterThan(0.95));
    }

    [Test]
    public void FineTune_ThawedAfterAnEpoch_ChangesTheBackboneAsWell()
    {
        using var start = PretrainedImages.Open(PretrainedWeights.ResNet18);
        var (trained, _) = ImageTraining.FineTune(
            start, "sides", _parts, new ImageModelOptions { Size = 32, FrozenEpochs = 1 },
            ImageTraining.FineTuning with { Epochs = 2, BatchSize = 24, Seed = 5, Device = "cpu", Threads = 1 });
        using (trained)
        {
            Assert.That(
                Changed(start.Network, trained),
                Does.Contain("conv1.weight").And.Contain("layer4.2.conv2.weight").And.Contain("bn1.running_mean"));
        }
    }

    [Test]
    public void BackboneRules_Decay_FallsFromStageToStage()
    {
        var rules = BackboneRules.Of(frozenEpochs: 2, decay: 0.5).ToList();
        double? Rate(string name) => rules.Last(r => r.Names == name && r.LearningRateFactor is not null)
            .LearningRateFactor;
        Assert.That(
            new[] { "conv1", "bn1", "layer1", "layer2", "layer3", "layer4", "fc" }.Select(Rate),
            Is.EqualTo(new double?[] { 1 / 32.0, 1 / 32.0, 1 / 16.0, 1 / 8.0, 1 / 4.0, 1 / 2.0, 1 }));
        Assert.That(
            rules.Where(static r => r.FrozenUntilEpoch is not null).Select(static r => (r.Names, r.FrozenUntilEpoch)),
            Is.EquivalentTo(
                new[] { "conv1", "bn1", "layer1", "layer2", "layer3", "layer4" }.Select(static n => (n, (int?)3))));
        Assert.That(BackboneRules.Of(0, 1), Is.Empty);
    }

    [Test]
    public void Classify_WrongAnswers_CanBeShownAsPictures()
    {
        var (model, _) = ImageTraining.Train(
            "sides", _parts, new ImageModelOptions { Size = 24 }, Quick with { Epochs = 1, LearningRate = 1e-9 });
        using (model)
        {
            var samples = ImageTraining.Classify(model, _parts.Train);
            Assert.That(samples.Evaluation.Report.Accuracy, Is.LessThan(1), "it learned nothing");
            Assert.That(
                new RunReport { Title = "sides", Classified = [samples] }.ToHtml(),
                Does.Contain("data:image/png;base64,"));
        }
    }

    [Test]
    public void Classify_OtherClasses_SaysWhatIsExpected()
    {
        var (model, _) = ImageTraining.Train(
            "sides", _parts, new ImageModelOptions { Size = 8 }, Quick with { Epochs = 1 });
        using (model)
        using (var others = PictureFolder.Of(6))
        {
            Assert.That(
                () => ImageTraining.Classify(model, ImageFolder.Open(others.Path)),
                Throws.ArgumentException.With.Message.Contains("of left, right, got").And.Message.Contains("a, b, c"));
        }
    }

    [Test]
    public void Train_OptionsOutOfRange_NamesThem()
        => Assert.That(
            () => ImageTraining.Train(
                "sides", _parts, new ImageModelOptions { Size = 2, LayerDecay = 0, FrozenEpochs = -1 }, Quick),
            Throws.ArgumentException.With.Message.Contains("Size: expected at least 8, got 2")
                .And.Message.Contains("FrozenEpochs").And.Message.Contains("LayerDecay"));

    private static IEnumerable<string> Changed(nn.Module start, TrainedModel trained)
    {
        using var scope = NewDisposeScope();
        var before = start.state_dict();
        // How many batches a norm has seen changes nothing.
        return [
            .. trained.Module.state_dict()
                .Where(e => !e.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal)
                    && !(before.TryGetValue(e.Key, out var old) && old.shape.SequenceEqual(e.Value.shape)
                        && e.Value.eq(old).all().item<bool>()))
                .Select(static e => e.Key)];
    }

    // A bright square on the left or on the right, of a place and grey of its own.
    private static void Write(string path, int seed)
    {
        var random = new Random(seed);
        using var bitmap = new SKBitmap(new SKImageInfo(36, 30, SKColorType.Rgba8888, SKAlphaType.Opaque));
        bitmap.Erase(new SKColor((byte)random.Next(40), (byte)random.Next(40), (byte)random.Next(40)));
        using (var canvas = new SKCanvas(bitmap))
        using (var paint = new SKPaint { Color = new SKColor(220, (byte)random.Next(120, 255), 200) })
        {
            canvas.DrawRect((seed % 2 == 0 ? 5 : 21) + random.Next(4), 4 + random.Next(14), 9, 9, paint);
        }

        using var data = bitmap.Encode(
            path.EndsWith(".png", StringComparison.Ordinal) ? SKEncodedImageFormat.Png : SKEncodedImageFormat.Jpeg, 95);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, data.ToArray());
    }

    private sealed class EndAt(long step) : TrainingCallback
    {
        public override void OnStepEnd(TrainingContext context)
        {
            if (context.Step == step)
            {
                throw new InvalidOperationException("ended");
            }
        }
    }
}
