using System.Text.Json.Nodes;
using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using MaaS.Training.Checkpoints;
using MaaS.Training.Models.Transformers;
using MaaS.Training.Models.Transformers.Llama;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Checkpoints;

/// <summary>Checkpoints of Llama's kind, against NumPy (Fixtures/make_llama.py).</summary>
internal sealed class LlamaCheckpointTests
{
    private static readonly string[] Families = ["llama", "llama-linear", "mistral", "qwen2", "qwen3", "phi3"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-llama-");

    [OneTimeTearDown]
    public void DeleteFolder() => _folder.Delete(recursive: true);

    [TestCaseSource(nameof(Families))]
    public void Load_Family_EqualsTheReference(string family)
    {
        using var scope = NewDisposeScope();
        using var expected = Answers(family);

        var (model, report) = LlamaCheckpoint.Load(Fixture(family));

        using (model)
        {
            Assert.That(report.IsComplete, report.ToString());
            Assert.That(
                (model.call(expected["ids"]) - expected["logits"]).abs().max().item<float>(), Is.LessThan(1e-5));
        }
    }

    [TestCaseSource(nameof(Families))]
    public void Step_TokenByToken_EqualsTheReference(string family)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var expected = Answers(family);
        var (model, _) = LlamaCheckpoint.Load(Fixture(family));
        using (model)
        {
            KeyValueCache[] caches = [.. Enumerable.Range(0, model.Layers).Select(static _ => new KeyValueCache())];
            var ids = expected["ids"];
            for (var t = 0; t < ids.shape[1]; t++)
            {
                var logits = model.Step(ids.narrow(1, t, 1), caches);
                Assert.That(
                    (logits - expected["logits"].select(1, t)).abs().max().item<float>(), Is.LessThan(1e-5),
                    $"token {t}");
            }

            foreach (var cache in caches)
            {
                cache.Dispose();
            }
        }
    }

    [TestCaseSource(nameof(Families))]
    public void Save_Loaded_GivesTheReferencesTensorsAndAnswersAgain(string family)
    {
        using var scope = NewDisposeScope();
        using var expected = Answers(family);
        var folder = New();
        var (model, _) = LlamaCheckpoint.Load(Fixture(family));
        using (model)
        {
            LlamaCheckpoint.Save(folder, model);
        }

        var (again, report) = LlamaCheckpoint.Load(folder);
        using var written = SafeTensorsCheckpoint.Open(folder);
        using var original = SafeTensorsCheckpoint.Open(Fixture(family));
        using (again)
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.IsComplete, report.ToString());
            Assert.That(
                (again.call(expected["ids"]) - expected["logits"]).abs().max().item<float>(), Is.LessThan(1e-5));
            Assert.That(
                written.Entries.Select(static e => $"{e.Name} {string.Join(",", e.Shape)}"),
                Is.EquivalentTo(original.Entries.Select(static e => $"{e.Name} {string.Join(",", e.Shape)}")));
            Assert.That(original.Entries.All(e => written[e.Name].Data.Span.SequenceEqual(original[e.Name].Data.Span)));
        }
    }

    [TestCase("llama", "rope_scaling", """{"rope_type":"dynamic","factor":2}""", "linear or llama3, got dynamic")]
    [TestCase("llama", "rope_scaling", """{"type":"yarn","factor":2}""", "linear or llama3, got yarn")]
    [TestCase("phi3", "rope_scaling", """{"type":"longrope"}""", "linear or llama3, got longrope")]
    [TestCase("llama", "rope_scaling", "3", "expected a value for rope_scaling, got 3")]
    [TestCase("llama", "rope_scaling", """{"type":"linear","factor":0.5}""", "Factor of at least 1, got 0.5")]
    [TestCase("llama", "hidden_act", "\"gelu\"", "expected hidden_act to be silu, got gelu")]
    [TestCase("llama", "num_key_value_heads", "3", "Heads divisible by KeyValueHeads, got 4 and 3")]
    [TestCase("llama", "model_type", "\"gemma\"", "\"phi3\", got \"gemma\"")]
    [TestCase("llama", "hidden_size", "4000000000", "the weights belong to another network")]
    [TestCase("llama", "num_hidden_layers", "2000000000", "2000000000 layers of width 16")]
    [TestCase("qwen3", "layer_types", """["full_attention","sliding_attention"]""", "without a sliding_window")]
    [TestCase("mistral", "layer_types", """["full_attention","sliding_attention"]""", "layers are alike")]
    [TestCase("qwen2", "max_window_layers", "1", "expected max_window_layers to be 0, got 1")]
    [TestCase("phi3", "partial_rotary_factor", "0.3", "an even number of features that turn, got 1 of a head of 4")]
    public void Load_ConfigThatDoesNotFit_ThrowsAndNamesIt(string family, string key, string value, string message)
    {
        var folder = Copy(family);
        var path = Path.Combine(folder, "config.json");
        var config = JsonNode.Parse(File.ReadAllText(path))!;
        config[key] = JsonNode.Parse(value);
        if (key == "max_window_layers")
        {
            config["use_sliding_window"] = true;
        }

        File.WriteAllText(path, config.ToJsonString());

        Assert.That(
            () => LlamaCheckpoint.Load(folder), Throws.TypeOf<InvalidDataException>().With.Message.Contains(message));
    }

    [Test]
    public void Save_PhiWhoseFeaturesAllTurn_StaysPhi()
    {
        using var scope = NewDisposeScope();
        var (source, folder) = (Copy("phi3"), New());
        var path = Path.Combine(source, "config.json");
        var config = JsonNode.Parse(File.ReadAllText(path))!;
        config["partial_rotary_factor"] = 1;
        File.WriteAllText(path, config.ToJsonString());
        var (model, _) = LlamaCheckpoint.Load(source);
        using (model)
        {
            LlamaCheckpoint.Save(folder, model);
            Assert.That(
                () => LoraCheckpoint.ThrowIfMerged(model), Throws.ArgumentException.With.Message.Contains("Phi-3"));
        }

        Assert.That(
            (string)JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "config.json")))!["model_type"]!,
            Is.EqualTo("phi3"));
        using var written = SafeTensorsCheckpoint.Open(folder);
        using var original = SafeTensorsCheckpoint.Open(source);
        Assert.That(
            written.Entries.Select(static e => e.Name), Is.EquivalentTo(original.Entries.Select(static e => e.Name)));
    }

    [Test]
    public void Load_MissingShard_ThrowsAndNamesTheFile()
    {
        var folder = Copy("mistral");
        File.Delete(Path.Combine(folder, "model-00002-of-00002.safetensors"));

        Assert.That(
            () => LlamaCheckpoint.Load(folder),
            Throws.InstanceOf<IOException>().Or.InstanceOf<InvalidDataException>()
                .With.Message.Contains("model-00002-of-00002.safetensors"));
    }

    [Test]
    public void Load_MissingKeysAndWrongShapes_AreNamed()
    {
        using var wrong = TensorValue.Of(new float[8 * 16], 8, 16);
        var shapes = Change("phi3", t => t["model.layers.1.self_attn.qkv_proj.weight"] = wrong);
        var missing = Change("qwen3", static t => t.Remove("model.layers.0.self_attn.k_norm.weight"));

        Assert.That(() => LlamaCheckpoint.Load(shapes), Throws.TypeOf<InvalidDataException>().With.Message.Contains(
            "model.layers.1.self_attn.qkv_proj.weight: expected (32,16), got float32 (8,16)"));
        Assert.That(() => LlamaCheckpoint.Load(missing), Throws.TypeOf<InvalidDataException>().With.Message.Contains(
            "missing [model.layers.0.self_attn.k_norm.weight]"));
    }

    [Test]
    public void Save_WhatNoFamilyHas_Throws()
    {
        using var model = new LlamaModel(new() { Vocabulary = 5, Width = 8, Heads = 2, OutputBias = true });

        Assert.That(
            () => LlamaCheckpoint.Save(New(), model), Throws.ArgumentException.With.Message.Contains("OutputBias"));
    }

    private static string Fixture(string family)
        => Path.Combine(TestContext.CurrentContext.TestDirectory, "Checkpoints", "Fixtures", "decoder-" + family);

    private static SafeTensorsFixture Answers(string family)
        => new("Checkpoints", "Fixtures", "decoder-" + family, "answers.safetensors");

    private string New() => _folder.CreateSubdirectory($"{Guid.NewGuid():N}").FullName;

    private string Copy(string family)
    {
        var folder = New();
        foreach (var file in Directory.GetFiles(Fixture(family), "*").Where(static f => !f.Contains("answers")))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        return folder;
    }

    // The fixture with other tensors.
    private string Change(string family, Action<Dictionary<string, TensorValue>> change)
    {
        var folder = Copy(family);
        using var file = SafeTensorsFile.Open(Path.Combine(Fixture(family), SafeTensorsCheckpoint.FileName));
        var tensors = file.Entries.ToDictionary(static e => e.Name, e => file[e.Name]);
        change(tensors);
        File.Delete(Path.Combine(folder, SafeTensorsCheckpoint.FileName));
        SafeTensorsFile.Write(Path.Combine(folder, SafeTensorsCheckpoint.FileName), tensors);
        return folder;
    }
}
