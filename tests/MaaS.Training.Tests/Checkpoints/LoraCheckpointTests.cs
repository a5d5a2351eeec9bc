using System.Text.Json.Nodes;
using MaaS.Core.Packages;
using MaaS.Training.Checkpoints;
using MaaS.Training.Models.Transformers;
using MaaS.Training.Models.Transformers.Llama;
using MaaS.Training.Models.Transformers.Lora;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Checkpoints;

/// <summary>Adapters in PEFT's layout, against NumPy (Fixtures/make_llama.py).</summary>
internal sealed class LoraCheckpointTests
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-lora-");

    private static string Fixtures => Path.Combine(TestContext.CurrentContext.TestDirectory, "Checkpoints", "Fixtures");

    [OneTimeTearDown]
    public void DeleteFolder() => _folder.Delete(recursive: true);

    [TestCase(true)]
    [TestCase(false)]
    public void Load_Adapters_GiveTheReferencesAnswersMergedAndNot(bool merged)
    {
        using var scope = NewDisposeScope();
        using var expected = new SafeTensorsFixture("Checkpoints", "Fixtures", "adapters-llama", "answers.safetensors");
        using var model = Base();
        using var adapted = LoraCheckpoint.Load(Path.Combine(Fixtures, "adapters-llama"), model);
        if (merged)
        {
            adapted.Merge();
        }

        Assert.That(
            (model.call(expected["ids"]) - expected["logits"]).abs().max().item<float>(), Is.LessThan(1e-5));
    }

    [Test]
    public void Save_Loaded_WritesTheSameFilesAgain()
    {
        var folder = New();
        using var model = Base();
        using (var adapted = LoraCheckpoint.Load(Path.Combine(Fixtures, "adapters-llama"), model))
        {
            LoraCheckpoint.Save(folder, adapted, "tiny");
        }

        using var written = SafeTensorsFile.Open(Path.Combine(folder, "adapter_model.safetensors"));
        using var original = SafeTensorsFile.Open(
            Path.Combine(Fixtures, "adapters-llama", "adapter_model.safetensors"));
        Assert.That(
            written.Entries.Select(static e => e.Name), Is.EquivalentTo(original.Entries.Select(static e => e.Name)));
        Assert.That(original.Entries.All(e => written[e.Name].Data.Span.SequenceEqual(original[e.Name].Data.Span)));
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "adapter_config.json")))!;
        Assert.That((string)config["base_model_name_or_path"]!, Is.EqualTo("tiny"));
        Assert.That((int)config["r"]!, Is.EqualTo(3));
        Assert.That(
            config["target_modules"]!.AsArray().Select(static t => (string)t!),
            Is.EquivalentTo(new[] { "q_proj", "v_proj", "down_proj" }));
    }

    [TestCase("use_dora", "true", "[use_dora]")]
    [TestCase("modules_to_save", "[\"lm_head\"]", "[modules_to_save]")]
    [TestCase("rank_pattern", "{\"q_proj\": 4}", "[rank_pattern]")]
    [TestCase("bias", "\"all\"", "\"all\"")]
    [TestCase("peft_type", "\"IA3\"", "\"IA3\"")]
    [TestCase("target_modules", "[\"c_attn\"]", "got 'c_attn'")]
    [TestCase("target_modules", "\"all-linear\"", "expected a JSON object with r, lora_alpha and target_modules")]
    [TestCase("r", "4", "(4,")]
    public void Load_SettingsOfAnotherKind_ThrowsAndNamesThem(string key, string value, string message)
    {
        using var scope = NewDisposeScope();
        var folder = New();
        foreach (var file in Directory.GetFiles(Path.Combine(Fixtures, "adapters-llama"), "adapter_*"))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        var path = Path.Combine(folder, "adapter_config.json");
        var config = JsonNode.Parse(File.ReadAllText(path))!;
        config[key] = JsonNode.Parse(value);
        File.WriteAllText(path, config.ToJsonString());
        using var model = Base();
        var ids = tensor(new long[] { 1, 2, 3 }, [1, 3]);
        var before = model.call(ids);

        Assert.That(
            () => LoraCheckpoint.Load(folder, model),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains(message));
        Assert.That((model.call(ids) - before).abs().max().item<float>(), Is.Zero, "the model is as it was");
    }

    [Test]
    public void Load_MissingFileOrMergedFamily_Throws()
    {
        using var model = Base();
        using var gpt = new Gpt(new() { Vocabulary = 5, Decoder = new() { Width = 8, Heads = 2 } });
        using var phi = new LlamaModel(new() { Vocabulary = 5, Width = 16, Heads = 2, RotaryShare = 0.5 });

        Assert.That(
            () => LoraCheckpoint.Load(New(), model),
            Throws.TypeOf<FileNotFoundException>().With.Message.Contains("adapter_config.json"));
        Assert.That(() => LoraCheckpoint.Load(New(), gpt), Throws.ArgumentException.With.Message.Contains("GPT-2"));
        using var adapted = new LoraModel(phi, new());
        Assert.That(() => LoraCheckpoint.Save(New(), adapted), Throws.ArgumentException.With.Message.Contains("Phi-3"));
    }

    private static LlamaModel Base() => LlamaCheckpoint.Load(Path.Combine(Fixtures, "decoder-llama")).Model;

    private string New() => _folder.CreateSubdirectory($"{Guid.NewGuid():N}").FullName;
}
