using MaaS.Core.Generation;
using MaaS.Core.Packages;
using MaaS.Text.Training;
using MaaS.Training.Checkpoints;
using MaaS.Training.Models.Transformers.Llama;
using MaaS.Training.Models.Transformers.Lora;
using MaaS.Training.Pipelines;
using MaaS.Training.Pipelines.Generation;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Pipelines;

/// <summary>What of a package goes into the package of a network that was made of it.</summary>
internal sealed class NetworkFileTests
{
    private static readonly string[] Kept =
        ["adapters/polite.safetensors", "model.onnx", "tokenizer.json", "tokenizer_config.json"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-network-file-");

    [OneTimeTearDown]
    public void DeleteFolder() => _folder.Delete(recursive: true);

    [Test]
    public async Task SaveAsync_LanguageModelThatIsACheckpoint_LeavesItsWeightsOut()
    {
        var (source, target) = (At("whole.maas"), At("small.maas"));
        await WriteAsync(source);
        using (var whole = await ModelPackage.OpenAsync(source))
        {
            Assert.That(whole.Manifest.Files.Keys, Is.SupersetOf(
                new[] { "config.json", "generation_config.json", "model.safetensors" }), "or this test tests nothing");
        }

        var network = await NetworkFile.OpenAsync(source);
        await network.SaveAsync(target, network.Model, "nothing", new Dictionary<string, double>());

        using var package = await ModelPackage.OpenAsync(target);
        Assert.That(package.Manifest.Files.Keys, Is.EquivalentTo(Kept));
        using var generator = await TextGenerator.OpenAsync(target);
        Assert.That(generator.Generate("the cat", new() { MaxNewTokens = 4 }).Count(), Is.LessThanOrEqualTo(4));
        Assert.That(
            async () => await PretrainedDecoder.OpenAsync(target),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("found a network alone"));
    }

    private async Task WriteAsync(string path)
    {
        var tokenizer = BpeTrainer.Train(
            ["the cat sat on the mat"], new() { VocabSize = 270, SpecialTokens = ["<|endoftext|>"] });
        random.manual_seed(3);
        using var model = new LlamaModel(new()
        {
            Vocabulary = tokenizer.VocabSize,
            Width = 16,
            Layers = 1,
            Heads = 2,
            MaxLength = 32,
        });
        using (var adapted = new LoraModel(model, new LoraOptions { Rank = 2 }))
        {
            LoraCheckpoint.Save(At("polite"), adapted);
        }

        await model.PackAsync(path, "tiny", tokenizer, new DecoderPackageOptions
        {
            StopTokens = ["<|endoftext|>"],
            TokenizerConfig = """{"eos_token": "<|endoftext|>"}""",
            IsCheckpoint = true,
            Adapters = new Dictionary<string, string> { ["polite"] = At("polite") },
        });
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);
}
