using System.Text.Json.Nodes;
using MaaS.Core.Generation;
using MaaS.Core.Generation.Chat;
using MaaS.Core.Importing;
using MaaS.Core.Packages;
using MaaS.Tests;

namespace MaaS.Core.Tests.Importing;

/// <summary>Causal language models as the common exporters write them, against NumPy.</summary>
public sealed class ForeignDecoderTests
{
    private static readonly GenerationOptions Greedy = new() { MaxNewTokens = ForeignDecoder.NewTokens };

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("llama-fp16", 2e-2f)]
    [TestCase("merged", 2e-4f)]
    [TestCase("mask-positions", 5e-3f)]
    public async Task FromHuggingFace_Decoder_WritesWhatNumPyWrites(string name, float tolerance)
    {
        await ModelImport.FromHuggingFaceAsync(ForeignDecoder.Folder(name), _folder["m.maas"]);

        using var package = await ModelPackage.OpenAsync(_folder["m.maas"]);
        var tokenizer = await TextGenerator.TokenizerOfAsync(package);
        using var graph = new DecoderGraph(await package.LoadNetworkAsync());
        using var generator = await TextGenerator.OpenAsync(_folder["m.maas"]);
        Assert.That((graph.Heads, graph.HeadSize, graph.Layers), Is.EqualTo((2, 8, 2)), "two heads for four");
        Assert.That(graph.RowObstacle(), Is.Null);
        foreach (var text in ForeignDecoder.Expected(name))
        {
            Assert.That(tokenizer.Encode(text.Text).Ids, Is.EqualTo(text.Prompt));
            using var session = graph.Start(128);
            var logits = session.Append(text.Prompt).ToArray();
            var largest = text.Logits.Max(Math.Abs);
            Assert.That(logits, Has.Length.EqualTo(text.Logits.Length));
            Assert.That(
                logits.Zip(text.Logits, static (a, b) => Math.Abs(a - b)).Max(), Is.LessThan(tolerance * largest));
            Assert.That(
                generator.Generate(text.Text, Greedy).Select(static p => p.Token), Is.EqualTo(text.Tokens), text.Text);
        }
    }

    [Test]
    public async Task FromHuggingFace_Decoder_SaysWhatItsFilesSay()
    {
        var imported = await ModelImport.FromHuggingFaceAsync(
            ForeignDecoder.Folder("llama-fp16"), _folder["chat.maas"], new() { Name = "chat" });

        using var package = await ModelPackage.OpenAsync(_folder["chat.maas"]);
        var manifest = package.Manifest;
        var tokenizer = await TextGenerator.TokenizerOfAsync(package);
        Assert.That((manifest.Name, manifest.Task), Is.EqualTo(("chat", ModelManifest.TextGeneration)));
        Assert.That(manifest.Generation!.MaxLength, Is.EqualTo(128));
        Assert.That(
            manifest.Generation.StopTokens,
            Is.EqualTo(new[] { tokenizer.TokenToId("</s>"), tokenizer.TokenToId("<|im_end|>") }), "generation_config");
        Assert.That(
            manifest.Files.Keys,
            Is.EquivalentTo(new[]
            {
                "config.json", "generation_config.json", "model.onnx", "tokenizer.json", "tokenizer_config.json",
            }), "the weights are inside");
        Assert.That(imported.Notes, Has.One.Contains("temperature, top_p not applied"));
    }

    [Test]
    public async Task FromHuggingFace_NoGenerationConfig_TakesTheStopTokenOfTheConfig()
    {
        var imported = await ModelImport.FromHuggingFaceAsync(
            ForeignDecoder.Folder("mask-positions"), _folder["m.maas"]);

        Assert.That(imported.Manifest.Generation!.StopTokens, Has.Count.EqualTo(1));
        Assert.That(imported.Notes, Is.Empty);
    }

    [Test]
    public async Task FromHuggingFace_TemplateInAFileOfItsOwn_ComesAlong()
    {
        ForeignDecoder.Copy("mask-positions", _folder["hf"]);
        await File.WriteAllTextAsync(_folder["hf/chat_template.jinja"], "{{ messages[0]['content'] }}!");

        var imported = await ModelImport.FromHuggingFaceAsync(_folder["hf"], _folder["m.maas"]);

        using var package = await ModelPackage.OpenAsync(_folder["m.maas"]);
        var template = await ChatTemplate.OfPackageAsync(package);
        Assert.That(template!.Render([new ChatMessage("user", "hello")]), Is.EqualTo("hello!"));
        Assert.That(imported.Notes, Is.Empty);
    }

    [TestCase("{{ broken", "Conversations will be refused: chat template: line 1")]
    [TestCase(null, "no chat template")]
    public async Task FromHuggingFace_TemplateThatIsNone_IsTold(string? template, string note)
    {
        ForeignDecoder.Copy("mask-positions", _folder["hf"]);
        var json = JsonNode.Parse(await File.ReadAllTextAsync(_folder["hf/tokenizer_config.json"]))!.AsObject();
        json.Remove("chat_template");
        if (template is not null)
        {
            json["chat_template"] = template;
        }

        await File.WriteAllTextAsync(_folder["hf/tokenizer_config.json"], json.ToJsonString());

        var imported = await ModelImport.FromHuggingFaceAsync(_folder["hf"], _folder["m.maas"]);

        Assert.That(imported.Notes, Has.One.Contains(note));
        Assert.That(imported.Manifest.Task, Is.EqualTo(ModelManifest.TextGeneration));
    }

    [Test]
    public async Task FromHuggingFace_SeveralNetworks_TakesTheOneThatIsNamed()
    {
        ForeignDecoder.Copy("llama-fp16", _folder["hf"]);
        File.Copy(
            Path.Combine(ForeignDecoder.Folder("mask-positions"), "model.onnx"), _folder["hf/onnx/model_q4.onnx"]);

        var first = await ModelImport.FromHuggingFaceAsync(_folder["hf"], _folder["a.maas"]);
        var named = await ModelImport.FromHuggingFaceAsync(
            _folder["hf"], _folder["b.maas"], new() { Network = "onnx/model_q4.onnx" });

        Assert.That(first.Manifest.Inputs.Select(static i => i.Name), Has.Member("position_ids"));
        Assert.That(named.Manifest.Inputs.Select(static i => i.Name), Has.No.Member("position_ids"));
        Assert.That(
            () => ModelImport.FromHuggingFaceAsync(_folder["hf"], _folder["c.maas"], new() { Network = "x.onnx" }),
            Throws.TypeOf<FileNotFoundException>()
                .With.Message.Contains("expected x.onnx, found [onnx/model.onnx, onnx/model_q4.onnx]"));
    }

    [TestCase("config.json", "max_position_embeddings", "longest sequence in config.json")]
    [TestCase("tokenizer.json", null, "expected tokenizer.json")]
    [TestCase("tokenizer.json", "model", "model: expected an object")]
    [TestCase("generation_config.json", "eos_token_id", "expected eos_token_id below")]
    public void FromHuggingFace_FolderThatLacksSomething_IsRefusedByName(string file, string? member, string message)
    {
        ForeignDecoder.Copy("merged", _folder["hf"]);
        var path = _folder[$"hf/{file}"];
        if (member is null)
        {
            File.Delete(path);
        }
        else
        {
            var json = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
            json.Remove(member);
            if (member == "eos_token_id")
            {
                json[member] = 5000;
            }

            File.WriteAllText(path, json.ToJsonString());
        }

        Assert.That(
            () => ModelImport.FromHuggingFaceAsync(_folder["hf"], _folder["m.maas"]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains(message));
        Assert.That(File.Exists(_folder["m.maas"]), Is.False);
    }

    [Test]
    public void FromHuggingFace_DecoderWithoutCaches_IsRefusedByItsInputs()
    {
        ForeignDecoder.Copy("merged", _folder["hf"]);
        File.Delete(_folder["hf/decoder_model_merged.onnx"]);
        File.Copy(
            Path.Combine(TestContext.CurrentContext.TestDirectory, "Packages/Fixtures/linear.onnx"),
            _folder["hf/model.onnx"]);

        Assert.That(
            () => ModelImport.FromHuggingFaceAsync(_folder["hf"], _folder["m.maas"]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("expected a decoder with inputs input_ids")
                .And.Message.Contains("text-generation-with-past"));
    }

    [Test]
    public async Task FromHuggingFace_WeightsBeyondOneFile_StayBesideTheNetworkOfAFolder()
    {
        var options = new ImportOptions { Name = "large", MaxInlineBytes = 4096 };
        var imported = await ModelImport.FromHuggingFaceAsync(
            ForeignDecoder.Folder("llama-fp16"), _folder["large"], options);

        using var package = await ModelPackage.OpenAsync(_folder["large"]);
        Assert.That(package.Manifest.Files.Keys, Has.Member("model.onnx").And.Member("model.onnx_data"));
        Assert.That(
            ModelPackage.NetworkBytes(package.Manifest),
            Is.EqualTo(new FileInfo(_folder["large/model.onnx"]).Length
                + new FileInfo(_folder["large/model.onnx_data"]).Length));
        Assert.That(await package.NetworkFilesAsync(), Is.EqualTo(new[] { "model.onnx", "model.onnx_data" }));
        await package.SaveAsync(_folder["large.maas"]);
        foreach (var path in new[] { "large", "large.maas" })
        {
            using var generator = await TextGenerator.OpenAsync(_folder[path]);
            foreach (var text in ForeignDecoder.Expected("llama-fp16"))
            {
                Assert.That(
                    generator.Generate(text.Text, Greedy).Select(static p => p.Token), Is.EqualTo(text.Tokens), path);
            }
        }

        using var archive = await ModelPackage.OpenAsync(_folder["large.maas"]);
        Assert.That(
            (await archive.ReadNetworkAsync()).WeightBytes, Is.EqualTo((await package.ReadNetworkAsync()).WeightBytes));
        Assert.That(
            () => ModelImport.FromHuggingFaceAsync(
                ForeignDecoder.Folder("llama-fp16"), _folder["x.maas"], options),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("give a folder as output"));
    }

    [Test]
    public async Task LoadNetwork_WeightsThatTheManifestDoesNotList_AreRefused()
    {
        ForeignDecoder.Copy("llama-fp16", _folder["hf"]);
        var bytes = await File.ReadAllBytesAsync(_folder["hf/onnx/model.onnx"]);
        await ModelPackage.CreateAsync(
            _folder["bad.maas"], new ModelManifest { Name = "bad" },
            new Dictionary<string, PackageContent> { ["model.onnx"] = PackageContent.FromBytes(bytes) });

        using var package = await ModelPackage.OpenAsync(_folder["bad.maas"]);
        Assert.That(
            () => package.LoadNetworkAsync(),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("'model.onnx_data' is not there"));
    }
}
