using System.Text.Json;
using System.Text.RegularExpressions;
using MaaS.Core.Packages;
using MaaS.Training.Data;
using MaaS.Training.Images;
using MaaS.Training.Images.Pipelines;
using MaaS.Training.Pipelines;
using SkiaSharp;

namespace MaaS.Cli.Tests;

/// <summary>A folder of JPEG files, as a user trains on it: from the folder to the answer of a server.</summary>
[NonParallelizable]
public sealed partial class ImageFileLifecycleTests
{
    private const int PerClass = 60;

    private static readonly string[] Small =
        ["--channels", "1", "--size", "28", "--epochs", "6", "--batch-size", "16", "--threads", "1"];

    private string _folder = "";
    private string _trained = "";

    [OneTimeSetUp]
    public async Task TrainAndExport()
    {
        _folder = Directory.CreateTempSubdirectory("maas-image-files-").FullName;
        WriteClothes();
        _trained = await RunAsync(
            ["train", "--images", "clothes", "--model", "convnet", .. Small, "-o", "clothes.safetensors", "--report",
                "run.html"]);
        await RunAsync("export", "clothes.safetensors", "-o", "clothes.maas");
    }

    [OneTimeTearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Train_Folder_SaysHowItIsDividedAndWhatItCameTo()
    {
        Assert.That(
            _trained,
            Does.Contain("convnet on clothes: 144 images to learn from (0.1 of them to validate on), 36 held back; "
                + "Bag 48, Sneaker 48, Trouser 48"));
        Assert.That(_trained, Does.Match(@"epoch 6/6 .* read \d+/s, waited \d+ %"));
        Assert.That(_trained, Does.Contain("precision").And.Contain("recall").And.Contain("Trouser"));
        Assert.That(
            File.ReadAllText(Path.Combine(_folder, "run.html")),
            Does.Contain("maas train --images clothes").And.Contain("Precision by recall").And.Contain("held back"));
    }

    // The server decodes, sizes and normalises for itself; the other side is torch on the folder.
    [Test]
    public async Task Serve_PackageOfIt_AnswersFilesAsTorchDoes()
    {
        using var model = TrainedModel.Load(Path.Combine(_folder, "clothes.safetensors"));
        var parts = ImageParts.Open(
            Path.Combine(_folder, "clothes"), new ImagePartsOptions { Channels = 1 });
        var samples = ImageTraining.Classify(model, parts.Test);
        Assert.That(
            samples.Evaluation.Report.Accuracy, Is.GreaterThan(0.9), "three kinds of clothes that differ at a glance");

        using var process = CommandProcess.Start(_folder, "serve", "--models", "clothes.maas", "--port", "0");
        try
        {
            Match address;
            do
            {
                address = Address().Match(await process.StandardOutput.ReadLineAsync() ?? "ended");
            }
            while (!address.Success && !process.HasExited);
            using var http = new HttpClient { BaseAddress = new Uri(address.Value) };
            var expected = Probabilities(model, parts.Test);
            for (var i = 0; i < 12; i++)
            {
                var bytes = await File.ReadAllBytesAsync(
                    Path.Combine(_folder, "clothes", parts.Test.Names[i]));
                using var body = new ByteArrayContent(i % 2 == 0 ? bytes : AsPng(bytes));
                using var response = await http.PostAsync(new Uri("/predictions/clothes", UriKind.Relative), body);
                var text = await response.Content.ReadAsStringAsync();
                Assert.That(response.IsSuccessStatusCode, text);
                var answer = JsonDocument.Parse(text).RootElement;
                for (var c = 0; c < model.Info.Classes.Count; c++)
                {
                    Assert.That(
                        answer.GetProperty(model.Info.Classes[c]).GetDouble(),
                        Is.EqualTo(expected[(i * model.Info.Classes.Count) + c]).Within(1e-4), text);
                }
            }
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    [Test]
    public async Task Evaluate_TrainedModelAndPackage_AgreeOnTheFolder()
    {
        var torch = await RunAsync("evaluate", "clothes.safetensors", "--images", "clothes");
        var served = await RunAsync("evaluate", "clothes.maas", "--images", "clothes");
        Assert.That(torch, Does.Contain("36 pictures that training never saw"));
        Assert.That(Accuracy().Match(served).Value, Is.EqualTo(Accuracy().Match(torch).Value).And.Not.Empty);
    }

    [Test]
    public async Task Train_CsvOfPaths_LearnsAndIsMeasuredOnWhatWasHeldBack()
    {
        var folder = Path.Combine(_folder, "clothes");
        await File.WriteAllLinesAsync(
            Path.Combine(folder, "list.csv"),
            ["file,kind", .. Directory.EnumerateFiles(folder, "*.jpg", SearchOption.AllDirectories)
                .Select(f => Path.GetRelativePath(folder, f)).Order(StringComparer.Ordinal)
                .Select(static f => $"{f},{(f[0] == 'S' ? "shoe" : "other")}")]);
        string[] csv =
            ["--images-csv", Path.Combine("clothes", "list.csv"), "--image-column", "file", "--label", "kind"];
        Assert.That(
            await RunAsync(
                ["train", .. csv, "--model", "mlp", .. Small, "--class-weights", "true", "-o", "l.safetensors"]),
            Does.Contain("mlp on list: 144 images to learn from").And.Contain("other 96, shoe 48"));
        Assert.That(
            await RunAsync(["evaluate", "l.safetensors", .. csv]), Does.Contain("36 pictures that training never saw"));
        Assert.That(
            await RunAsync(["evaluate", "l.safetensors", .. csv, "--split-seed", "5"]),
            Does.Contain("180 pictures: this is not the data and split"));
    }

    [TestCase("evaluate clothes.safetensors --data mnist", "expected images (1,28,28) of Bag, Sneaker, Trouser")]
    [TestCase("prune clothes.safetensors --data mnist --ratio 0.5", "expected images (1,28,28) of Bag")]
    [TestCase("evaluate clothes.safetensors --images clothes --data mnist", "--data, --csv: expected none beside")]
    [TestCase("evaluate clothes.maas --images missing", "expected a folder that has a folder of images")]
    [TestCase("evaluate clothes.maas --skip-bad-images", "--skip-bad-images: expected none for other data")]
    [TestCase("evaluate clothes.maas --images clothes --label kind", "--label: expected none for a folder of pictures")]
    [TestCase("evaluate clothes.maas --images clothes --encoding latin1", "--encoding: expected none for pictures")]
    [TestCase("evaluate clothes.maas --images clothes --no-baseline", "--no-baseline: expected none for pictures")]
    [TestCase("evaluate clothes.safetensors --images clothes --data-dir .", "--data-dir: expected none for pictures")]
    [TestCase("evaluate clothes.safetensors --csv mails.csv", "--csv: expected none for a model of images")]
    [TestCase("evaluate clothes.maas --test 0.3", "--test: expected none for a model of images")]
    [TestCase("evaluate clothes.maas --no-baseline", "--no-baseline: expected none for a model of images")]
    [TestCase("predict clothes.maas rose.jpg", "text: expected none for a model of images")]
    [TestCase("predict clothes.maas --seed 1", "--seed: expected none for a model of images")]
    [TestCase("predict clothes.maas --pixels a.raw --index 3", "--index: expected none for --pixels")]
    [TestCase("predict clothes.maas --image missing.jpg", "missing.jpg")]
    [TestCase("predict clothes.maas --image missing.jpg --index 3", "--index: expected none for --image")]
    public async Task Run_OtherDataThanTheModels_SaysWhatIsExpected(string commandLine, string expected)
    {
        MakeOneClass();
        var (code, _, error) = await CommandProcess.RunAsync(_folder, commandLine.Split(' '));
        Assert.That(error, Does.Contain(expected).And.Not.Contain("   at "));
        Assert.That(code, Is.Not.Zero);
    }

    // Killed as by kill -9 after its first epoch's checkpoint, and resumed: the weights of the run above.
    [Test]
    public async Task Train_KilledAndResumed_EndsWithTheSameWeights()
    {
        string[] command =
        [
            "train", "--images", "clothes", "--model", "convnet", .. Small, "-o", "again.safetensors",
            "--checkpoint", "run.ckpt", "--resume",
        ];
        using (var process = CommandProcess.Start(_folder, command))
        {
            string? line;
            do
            {
                line = await process.StandardOutput.ReadLineAsync();
            }
            while (line is not null && !line.StartsWith("epoch 1/", StringComparison.Ordinal));
            process.Kill();
            await process.WaitForExitAsync();
            Assert.That(line, Is.Not.Null);
        }

        Assert.That(Path.Combine(_folder, "again.safetensors"), Does.Not.Exist);
        await RunAsync(command);
        Assert.That(Weights("again.safetensors"), Is.EqualTo(Weights("clothes.safetensors")));
    }

    [Test]
    public async Task Train_FromResNet18_SaysHowTheWeightsFitAndExports()
    {
        var output = await RunAsync(
            "train", "--images", "clothes", "--from", "resnet18", "--size", "32", "--epochs", "1", "--freeze", "all",
            "--threads", "1", "-o", "tuned.safetensors");
        Assert.That(
            output,
            Does.Contain("from resnet18: residual network of 2, 2, 2, 3 blocks").And.Contain("taken      110 tensors")
                .And.Contain("missing    none").And.Contain("made anew  fc.weight, fc.bias"));
        await RunAsync("export", "tuned.safetensors", "-o", "tuned.maas");
        Assert.That(
            await RunAsync("predict", "tuned.maas", "--image", Path.Combine("clothes", "Bag", "0.jpg")),
            Does.Match("predicted (Bag|Sneaker|Trouser)"));
    }

    [Test]
    public async Task Train_BrokenFiles_AreNamedAndCountedOrLeftOut()
    {
        var copy = Path.Combine(_folder, "broken");
        var clothes = Path.Combine(_folder, "clothes");
        foreach (var file in Directory.EnumerateFiles(clothes, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(clothes, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        var bad = Path.Combine(copy, "Bag", "3.jpg");
        await File.WriteAllBytesAsync(bad, (await File.ReadAllBytesAsync(bad))[..100]);

        var (code, _, error) = await CommandProcess.RunAsync(_folder, ["train", "--images", "broken", .. Small]);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.Contain("got 1 of 180 that cannot").And.Contain(bad).And.Not.Contain("   at "));

        (code, var output, error) = await CommandProcess.RunAsync(
            _folder,
            ["train", "--images", "broken", "--skip-bad-images", .. Small, "-o", "b.safetensors"]);
        Assert.That(code, Is.Zero, error);
        Assert.That(output, Does.Contain("; 1 that cannot be decoded left out"));
        Assert.That(error, Does.Contain($"maas: left out: {bad}"));
    }

    [TestCase("--images empty", 1, "found no folder, and no images")]
    [TestCase("--images one", 1, "at least two classes")]
    [TestCase("--images missing", 1, "expected a folder that has a folder of images for each class, found none")]
    [TestCase("--images-csv missing.csv", 1, "expected a CSV of images, found none")]
    [TestCase("--images clothes --images-csv a.csv", 2, "--images-csv: expected none beside --images")]
    [TestCase("--images clothes --data mnist", 2, "--data: expected none for pictures of one's own")]
    [TestCase("--images clothes --csv a.csv", 2, "--csv: expected none for pictures of one's own")]
    [TestCase("--images clothes --max-length 9", 2, "--max-length: expected none for pictures of one's own")]
    [TestCase("--images clothes --task text-classification", 2, "--task: expected image-classification")]
    [TestCase("--images clothes --label kind", 2, "--label: expected none for a folder of pictures")]
    [TestCase("--images clothes --freeze 2", 2, "--freeze: expected none for pictures without --from")]
    [TestCase("--images clothes --layer-decay 0.3", 2, "--layer-decay: expected none for pictures without --from")]
    [TestCase("--images clothes --from resnet18 --channels 1", 2, "--channels: expected none for --from")]
    [TestCase("--images clothes --from resnet18 --model mlp", 2, "--model: expected none beside --from")]
    [TestCase("--images clothes --from resnet18 --freeze some", 2, "--freeze: expected epochs of 0 or more, or all")]
    [TestCase("--images clothes --from nothing", 1, "or one of the names minilm, resnet18")]
    [TestCase("--images clothes --size 4", 2, "--size: expected at least 8")]
    [TestCase("--images clothes --channels 4", 2, "--channels: expected 1 or 3")]
    [TestCase("--images clothes --test 1", 2, "--test: expected a share above 0")]
    [TestCase("--images clothes --model lstm", 2, "--model: expected one of")]
    [TestCase("--data mnist --size 28", 2, "--size: expected none for images")]
    [TestCase("--csv a.csv --skip-bad-images", 2, "--skip-bad-images: expected none for texts")]
    [TestCase("--images divided --test 0.3", 2, "--test: expected none for a folder that is divided already")]
    [TestCase("--images divided --validation 0.3", 2, "--validation: expected none for a folder that is divided")]
    public async Task Train_WrongUse_SaysWhatIsExpected(string arguments, int expectedCode, string expected)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "empty"));
        MakeOneClass();
        foreach (var part in new[] { "train", "val", "test" })
        {
            Directory.CreateDirectory(Path.Combine(_folder, "divided", part, "Bag"));
        }

        var (code, _, error) = await CommandProcess.RunAsync(_folder, ["train", .. arguments.Split(' ')]);
        Assert.That(error, Does.Contain(expected).And.Not.Contain("   at "));
        Assert.That(code, Is.EqualTo(expectedCode));
    }

    private void MakeOneClass()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "one", "Bag"));
        File.Copy(
            Path.Combine(_folder, "clothes", "Bag", "0.jpg"), Path.Combine(_folder, "one", "Bag", "0.jpg"),
            overwrite: true);
    }

    private static float[] Probabilities(TrainedModel model, ImageFolder images)
        => Training.Evaluation.Evaluator.Probabilities(
            model.Module, images.With(images.Options with { Transforms = Compose.Of(model.Preprocessing) }));

    private void WriteClothes()
    {
        using var data = FashionMnist.Load();
        var labels = data.Train.LabelValues();
        foreach (var name in new[] { "Bag", "Sneaker", "Trouser" })
        {
            var folder = Directory.CreateDirectory(Path.Combine(_folder, "clothes", name)).FullName;
            var of = data.Train.Classes.ToList().IndexOf(name);
            var positions = Enumerable.Range(0, labels.Length).Where(i => labels[i] == of).Take(PerClass);
            foreach (var (position, i) in positions.Select(static (p, i) => (p, i)))
            {
                using var bitmap = new SKBitmap(new SKImageInfo(28, 28, SKColorType.Gray8, SKAlphaType.Opaque));
                data.Train.Pixels(position).CopyTo(bitmap.GetPixelSpan());
                using var jpeg = bitmap.Encode(SKEncodedImageFormat.Jpeg, 90);
                File.WriteAllBytes(Path.Combine(folder, $"{i}.jpg"), jpeg.ToArray());
            }
        }
    }

    // The same pixels in another format.
    private static byte[] AsPng(byte[] jpeg)
    {
        using var bitmap = SKBitmap.Decode(jpeg);
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    private Dictionary<string, string> Weights(string name)
    {
        using var file = SafeTensorsFile.Open(Path.Combine(_folder, name));
        return file.Entries.ToDictionary(
            static e => e.Name, e => Convert.ToHexString(
                System.Runtime.InteropServices.MemoryMarshal.AsBytes(file[e.Name].AsSpan<float>())));
    }

    private async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output, error) = await CommandProcess.RunAsync(_folder, arguments);
        Assert.That(code, Is.Zero, $"maas {string.Join(' ', arguments)}\n{output}\n{error}");
        return output;
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
    private static partial Regex Address();

    [GeneratedRegex(@"accuracy +\d\.\d+")]
    private static partial Regex Accuracy();
}
