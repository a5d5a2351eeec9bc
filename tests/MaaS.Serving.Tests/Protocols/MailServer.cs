using System.Text.Json;
using MaaS.Core.Packages;
using MaaS.Text.Cleaning;
using MaaS.Training.Data.Text;
using MaaS.Training.Fitting;
using MaaS.Training.Models;
using MaaS.Training.Pipelines;

namespace MaaS.Serving.Tests.Protocols;

/// <summary>
/// A server of a Transformer that was trained on real mails, mails that it has not seen, and what the trainer's
/// evaluation says of those: torch, without ONNX, package or server.
/// </summary>
public abstract class MailServer
{
    private const int Stride = 14, HeldBack = 36;

    private readonly ModelsFolder _models = new();

    private protected TestServer Server { get; private set; } = null!;

    /// <summary>Number of texts that it learned from.</summary>
    private protected int Trained { get; private set; }

    /// <summary>Raw, with their headers; of very different lengths.</summary>
    private protected string[] Mails { get; private set; } = [];

    /// <summary>Probabilities of ham and spam by mail.</summary>
    private protected float[][] Expected { get; private set; } = [];

    [OneTimeSetUp]
    public async Task TrainAndServe()
    {
        var mails = SpamAssassin.Read().Where(static (_, i) => i % Stride == 0).ToArray();
        var cleaner = new TextCleaner(SpamAssassin.Cleaning);
        var heldBack = mails.Where(static (_, i) => i % (6046 / Stride / HeldBack) == 0).ToArray();
        var options = new TextModelOptions
        {
            Sizes = new TextModelSizes
            {
                Width = 32,
                Layers = 2,
                Heads = 2,
                FeedForward = 64,
                Dropout = 0,
                TokenDropout = 0,
            },
            VocabularySize = 1000,
            Preprocessing = new TextPreprocessing
            {
                Cleaning = SpamAssassin.Cleaning,
                MaxLength = 96,
                Overlong = OverlongText.KeepEnds,
            },
        };
        var train = TextCorpus.Clean(mails.Except(heldBack), cleaner);
        Trained = train.Count;
        var (model, _) = TrainedTextModel.Train(
            "transformer", "mails", train, options,
            new TrainerOptions
            {
                Epochs = 3,
                BatchSize = 16,
                LearningRate = 3e-3,
                Optimizer = OptimizerKind.AdamW,
                Seed = 1,
            });
        using (model)
        {
            Mails = [.. heldBack.Select(static m => m.Text)];
            Expected = [.. model.Probabilities(TextCorpus.Clean(heldBack, cleaner, keepDuplicates: true)).Chunk(2)];
            await model.PackAsync(_models["spam.maas"], "spam", model.Export(), training: train);
        }

        await RefuseOverlongAsync();
        Server = await TestServer.StartAsync(o =>
        {
            (o.ModelsPath, o.GrpcUrl) = (_models.Path, "http://127.0.0.1:0");
            o.Models["strict"] = new ModelOptions { MaxTexts = 4, MaxTextLength = 2000 };
        });
    }

    [OneTimeTearDown]
    public async Task StopServer()
    {
        await Server.DisposeAsync();
        _models.Dispose();
    }

    /// <summary>The same network under a manifest that refuses texts of more than 96 tokens.</summary>
    private async Task RefuseOverlongAsync()
    {
        using var spam = await ModelPackage.OpenAsync(_models["spam.maas"]);
        var files = new Dictionary<string, PackageContent>();
        foreach (var file in spam.Manifest.Files.Keys)
        {
            files[file] = PackageContent.FromBytes(await spam.ReadAsync(file));
        }

        var text = spam.Manifest.Text! with { Overlong = OverlongText.Refuse };
        await ModelPackage.CreateAsync(
            _models["strict.maas"],
            spam.Manifest with { Name = "strict", Text = text, Files = new Dictionary<string, PackageFileEntry>() },
            files);
    }

    private protected static float[] Softmax(IEnumerable<double> logits)
    {
        var powers = logits.Select(Math.Exp).ToArray();
        return [.. powers.Select(p => (float)(p / powers.Sum()))];
    }

    private protected static IEnumerable<double> Numbers(JsonElement array)
        => array.EnumerateArray().Select(static n => n.GetDouble());

    private protected static void AreEqual(IEnumerable<float> got, IEnumerable<float> expected)
        => Assert.That(got, Is.EqualTo(expected).Within(1e-5f));
}
