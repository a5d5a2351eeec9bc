using System.Text.Json.Nodes;
using MaaS.Core.Generation;
using MaaS.Core.Generation.Adapters;
using MaaS.Core.Generation.Batching;
using MaaS.Core.Packages;
using MaaS.Text.Training;
using MaaS.Training.Checkpoints;
using MaaS.Training.Models.Transformers.Llama;
using MaaS.Training.Models.Transformers.Lora;
using MaaS.Training.Pipelines.Generation;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Pipelines.Generation;

/// <summary>Folders of checkpoints as packages.</summary>
internal sealed class DecoderImportTests
{
    private const string Template = "{% for m in messages %}{{ m['content'] }}{% endfor %}";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-decoder-import-");

    [OneTimeTearDown]
    public void DeleteFolder() => _folder.Delete(recursive: true);

    [TestCase(true)]
    [TestCase(false)]
    public async Task RunAsync_Folder_GivesAPackageThatWritesTorchsText(bool templateBeside)
    {
        var folder = Checkpoint(templateBeside);
        var package = Path.Combine(_folder.FullName, $"{Guid.NewGuid():N}.maas");

        var imported = await DecoderImport.RunAsync(folder, package, new() { Name = "tiny" });

        Assert.That(imported.Notes, Is.Empty);
        using (var opened = await ModelPackage.OpenAsync(package))
        {
            var settings = JsonNode.Parse(await opened.ReadAsync("tokenizer_config.json"))!;
            Assert.That((string)settings["chat_template"]!, Is.EqualTo(Template));
            Assert.That(opened.Manifest.Task, Is.EqualTo(ModelManifest.TextGeneration));
            Assert.That(opened.Manifest.Generation!.MaxLength, Is.EqualTo(48));
            Assert.That(opened.Manifest.Generation.StopTokens, Is.EqualTo(new long[] { 0 }));
        }

        using var source = PretrainedDecoder.Open(folder);
        Assert.That(source.ChatTemplate()!.Source, Is.EqualTo(Template));
        using var torch = new TextGenerator(source.Model.Start, source.Tokenizer, [0]);
        using var onnx = await TextGenerator.OpenAsync(package);
        var options = new GenerationOptions { MaxNewTokens = 20 };
        Assert.That(onnx.Generate("the cat", options), Is.EqualTo(torch.Generate("the cat", options)));
    }

    [Test]
    public async Task RunAsync_NoTemplateAndNoEnd_SaysSo()
    {
        var folder = Checkpoint(templateBeside: false);
        File.Delete(Path.Combine(folder, "tokenizer_config.json"));
        File.Delete(Path.Combine(folder, "generation_config.json"));

        var imported = await DecoderImport.RunAsync(folder, Path.Combine(_folder.FullName, "plain.maas"));

        Assert.That(imported.Notes, Has.Count.EqualTo(2));
        Assert.That(imported.Notes[0], Does.Contain("no chat template"));
        Assert.That(imported.Manifest.Generation!.StopTokens, Is.Empty);
    }

    [Test]
    public async Task RunAsync_Adapters_WriteWhatTheMergedModelsWrite()
    {
        var folder = Checkpoint(templateBeside: false);
        Dictionary<string, string> adapters = [];
        Dictionary<string, GeneratedToken[]> expected = [];
        long[] prompt = [20, 70, 80];
        var options = new GenerationOptions { MaxNewTokens = 12 };
        foreach (var (name, rank) in new[] { ("polite", 2), ("curt", 3) })
        {
            using var scope = NewDisposeScope();
            using var source = PretrainedDecoder.Open(folder);
            using var adapted = new LoraModel(
                source.Model, new() { Rank = rank, Alpha = 7, Targets = ["query", "key", "gate", "down"] });
            using (no_grad())
            {
                foreach (var (_, _, up) in adapted.Matrices)
                {
                    up.copy_(randn_like(up));
                }
            }

            adapters[name] = Path.Combine(folder, name);
            LoraCheckpoint.Save(adapters[name], adapted);
            adapted.Merge();
            expected[name] = [.. source.Model.Generate(prompt, options)];
        }

        var package = Path.Combine(_folder.FullName, "adapters.maas");
        await DecoderImport.RunAsync(folder, package, new() { Name = "tiny" }, adapters);

        using var opened = await ModelPackage.OpenAsync(package);
        List<AdapterWeights> weights = [];
        foreach (var file in opened.Manifest.Files.Keys.Where(AdapterWeights.IsFile))
        {
            weights.Add(AdapterWeights.FromSafeTensors(AdapterWeights.NameOf(file), await opened.ReadAsync(file)));
        }

        using var engine = new GenerationEngine(
            new DecoderGraph(await opened.LoadNetworkAsync()), 48, new() { MaxRows = 4 }, weights);
        Assert.That(engine.Adapters, Is.EquivalentTo(adapters.Keys));
        foreach (var (name, text) in expected)
        {
            Assert.That(
                (await engine.GenerateAsync(prompt, options with { Adapter = name }).ToArrayAsync())
                    .Select(static t => t.Id),
                Is.EqualTo(text.Select(static t => t.Id)), name);
        }

        Assert.That(
            expected["polite"].Select(static t => t.Id), Is.Not.EqualTo(expected["curt"].Select(static t => t.Id)));
    }

    [Test]
    public void Open_TokenizerOfAnotherModel_Throws()
    {
        var folder = Checkpoint(templateBeside: false);
        BpeTrainer.Train([string.Join(' ', Enumerable.Range(0, 400))], new() { VocabSize = 400 })
            .Save(Path.Combine(folder, "tokenizer.json"));

        Assert.That(
            () => PretrainedDecoder.Open(folder),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("belongs to another model"));
    }

    [Test]
    public void IsFolder_OnlyDecodersOfKnownFamilies_Are()
    {
        var folder = Checkpoint(templateBeside: false);
        Assert.That(PretrainedDecoder.IsFolder(folder), Is.True);
        Assert.That(PretrainedDecoder.IsFolder(_folder.FullName), Is.False);

        File.WriteAllText(Path.Combine(folder, "config.json"), """{"model_type": "bert"}""");
        Assert.That(PretrainedDecoder.IsFolder(folder), Is.False);
    }

    private string Checkpoint(bool templateBeside)
    {
        var folder = _folder.CreateSubdirectory($"{Guid.NewGuid():N}").FullName;
        var tokenizer = BpeTrainer.Train(["the cat sat on the mat", "the dog sat on the log"],
            new() { VocabSize = 280 });
        tokenizer.Save(Path.Combine(folder, "tokenizer.json"));
        random.manual_seed(5);
        using var model = new LlamaModel(new()
        {
            Vocabulary = tokenizer.VocabSize + 3,
            Width = 16,
            Layers = 2,
            KeyValueHeads = 2,
            MaxLength = 48,
        });
        using (no_grad())
        {
            foreach (var parameter in model.parameters().Where(static p => p.dim() > 1))
            {
                parameter.mul_(15);
            }
        }

        LlamaCheckpoint.Save(folder, model);
        File.WriteAllText(Path.Combine(folder, "generation_config.json"), """{"eos_token_id": [0, 5000]}""");
        if (templateBeside)
        {
            File.WriteAllText(Path.Combine(folder, "chat_template.jinja"), Template);
        }
        else
        {
            File.WriteAllText(
                Path.Combine(folder, "tokenizer_config.json"),
                new JsonObject { ["chat_template"] = Template, ["eos_token"] = "<|endoftext|>" }.ToJsonString());
        }

        return folder;
    }
}
