using MaaS.Core.Generation;
using MaaS.Core.Packages;
using MaaS.Text.Training;
using MaaS.Training.Models.Transformers;
using MaaS.Training.Pipelines.Generation;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Pipelines.Generation;

internal sealed class DecoderPackageTests
{
    private static readonly string[] Corpus = ["the cat sat on the mat", "the dog sat on the log", "naïve 😀 cats"];

    private static readonly string[] EndOfText = ["<|endoftext|>"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-gpt-package-");

    [OneTimeTearDown]
    public void DeleteFolder() => _folder.Delete(recursive: true);

    [Test]
    public async Task PackAsync_Opened_WritesTorchsTextTokenForToken()
    {
        var tokenizer = BpeTrainer.Train(Corpus, new() { VocabSize = 280 });
        using var model = Model(tokenizer.VocabSize);
        var path = Path.Combine(_folder.FullName, "tiny.maas");

        await model.PackAsync(path, "tiny", tokenizer, EndOfText);

        using var onnx = await TextGenerator.OpenAsync(path);
        using var torch = new TextGenerator(model.Start, tokenizer, [(long)tokenizer.TokenToId(EndOfText[0])!]);
        foreach (var options in new GenerationOptions[]
        {
            new() { MaxNewTokens = 40 }, new() { MaxNewTokens = 40, Temperature = 1, TopP = 0.95, Seed = 3 },
        })
        {
            List<GeneratedText> streamed = [];
            await foreach (var piece in onnx.GenerateAsync("the cat", options))
            {
                streamed.Add(piece);
            }

            Assert.That(streamed, Is.EqualTo(torch.Generate("the cat", options)));
            var tokens = streamed.Where(static p => p.Finish != FinishReason.Stop).Select(static p => (int)p.Token)
                .ToArray();
            Assert.That(
                string.Concat(streamed.Select(static p => p.Text)), Is.EqualTo(tokenizer.Decode(tokens)),
                "pieces put together are the whole text");
        }
    }

    [Test]
    public void PackAsync_TokenizerOfAnotherModel_Throws()
    {
        var tokenizer = BpeTrainer.Train(Corpus, new() { VocabSize = 280 });
        using var model = Model(100);
        using var fitting = Model(280);
        string[] unknown = ["<stop>"];

        Assert.That(async () => await model.PackAsync(Path.Combine(_folder.FullName, "x.maas"), "x", tokenizer),
            Throws.ArgumentException.With.Message.Contains("at most 100 tokens, got"));
        Assert.That(
            async () => await fitting.PackAsync(Path.Combine(_folder.FullName, "x.maas"), "x", tokenizer, unknown),
            Throws.ArgumentException.With.Message.Contains("'<stop>'"));
        Assert.That(_folder.GetFiles("x*"), Is.Empty);
    }

    [Test]
    public async Task OpenAsync_PackageOfAnotherTask_ThrowsAndSaysWhat()
    {
        var path = Path.Combine(_folder.FullName, "other.maas");
        await ModelPackage.CreateAsync(path, new() { Name = "other", Task = "classification" },
            new Dictionary<string, PackageContent> { [ModelPackage.ModelFile] = PackageContent.FromBytes([1]) });

        Assert.That(
            async () => await TextGenerator.OpenAsync(path),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("got task 'classification' with no settings"));
    }

    private static Gpt Model(long vocabulary)
    {
        random.manual_seed(9);
        var model = new Gpt(new()
        {
            Vocabulary = vocabulary,
            Decoder = new() { Width = 16, Heads = 2, Layers = 2, MaxLength = 64, Activation = ActivationKind.GeluTanh },
        });
        using var noGrad = no_grad();
        foreach (var parameter in model.parameters().Where(static p => p.dim() > 1))
        {
            parameter.mul_(15);
        }

        model.eval();
        return model;
    }
}
