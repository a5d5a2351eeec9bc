using MaaS.Training.Data;
using SkiaSharp;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Images.Tests;

public sealed class LearningTests
{
    // Dark and bright pictures: read, moved by chance, learned by a linear layer, and told apart on pictures held back.
    [Test]
    public void Network_TrainedOnAFolder_TellsItsClasses()
    {
        using var pictures = new PictureFolder();
        for (var i = 0; i < 40; i++)
        {
            Write(pictures[$"{(i % 2 == 0 ? "dark" : "bright")}/{i}.png"], (byte)((i % 2 * 120) + 40 + i));
        }

        var folder = ImageFolder.Open(pictures.Path, new ImageFolderOptions
        {
            Transforms = new Compose(new RandomResizedCrop(6), new RandomHorizontalFlip(), new Normalize([0.5, 0.5, 0.5], [0.25, 0.25, 0.25])),
        });
        var (train, heldBack) = folder.Split(0.25, seed: 3);
        var validation = heldBack.With(folder.Options with { Transforms = new Compose(new Resize(6, 6), new Normalize([0.5, 0.5, 0.5], [0.25, 0.25, 0.25])) });
        manual_seed(1);
        using var model = nn.Linear(3 * 6 * 6, 2);
        using var optimizer = optim.SGD(model.parameters(), 0.05);
        for (var epoch = 1; epoch <= 10; epoch++)
        {
            foreach (var batch in train.Read(Epochs.Plan(epoch, batchSize: 10), CancellationToken.None))
            {
                using var scope = NewDisposeScope();
                using var inputs = batch.Value.Inputs;
                using var targets = batch.Value.Targets;
                optimizer.zero_grad();
                nn.functional.cross_entropy(model.call(inputs.flatten(1)), targets).backward();
                optimizer.step();
            }
        }

        using var evaluation = NewDisposeScope();
        var (held, labels) = ((IBatchSource)validation).GetBatch(arange(0, validation.Count, ScalarType.Int64), CPU);
        Assert.That(model.call(held.flatten(1)).argmax(1).eq(labels).all().item<bool>());
    }

    private static void Write(string path, byte grey)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(9, 8, SKColorType.Rgba8888, SKAlphaType.Opaque));
        bitmap.Erase(new SKColor(grey, grey, grey));
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, data.ToArray());
    }
}
