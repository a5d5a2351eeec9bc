using System.Text.Json.Nodes;
using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using MaaS.Tests;
using MaaS.Training.Checkpoints;
using MaaS.Training.Models.Transformers;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Checkpoints;

/// <summary>GPT-2 checkpoints, against NumPy (Fixtures/make_gpt2.py).</summary>
internal sealed class GptCheckpointTests
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-gpt-");

    private static string Fixtures => Path.Combine(TestContext.CurrentContext.TestDirectory, "Checkpoints", "Fixtures");

    [OneTimeTearDown]
    public void DeleteFolder() => _folder.Delete(recursive: true);

    [TestCase("gpt2")]
    [TestCase("gpt2-sharded")]
    public void Load_CommonLayout_EqualsTheReference(string name)
    {
        using var scope = NewDisposeScope();
        using var expected = new SafeTensorsFixture("Checkpoints", "Fixtures", "gpt2.safetensors");

        var (model, report) = GptCheckpoint.Load(Path.Combine(Fixtures, name));

        using (model)
        {
            Assert.That(report.IsComplete, report.ToString());
            Assert.That(
                (model.call(expected["ids"]) - expected["logits"]).abs().max().item<float>(), Is.LessThan(2e-5));
        }
    }

    [TestCase(5_000_000_000)]
    [TestCase(4_000)]
    public void Save_Loaded_WritesTheReferencesTensorsAgain(long maxFileBytes)
    {
        var folder = New();
        var (model, _) = GptCheckpoint.Load(Path.Combine(Fixtures, "gpt2"));
        using (model)
        {
            GptCheckpoint.Save(folder, model, maxFileBytes);
        }

        Dictionary<string, string> written = [];
        foreach (var file in Directory.GetFiles(folder, "*.safetensors"))
        {
            foreach (var tensor in SafeTensorsParser.Parse(file).GetProperty("tensors").EnumerateObject())
            {
                written.Add(tensor.Name, tensor.Value.GetRawText());
            }
        }

        var original = SafeTensorsParser.Parse(Path.Combine(Fixtures, "gpt2", "model.safetensors"))
            .GetProperty("tensors").EnumerateObject()
            .Where(static t => t.Name != "lm_head.weight" && !t.Name.EndsWith(".attn.bias", StringComparison.Ordinal))
            .ToDictionary(static t => t.Name, static t => t.Value.GetRawText());
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "config.json")))!;
        var first = JsonNode.Parse(File.ReadAllText(Path.Combine(Fixtures, "gpt2", "config.json")))!.AsObject();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(written.Keys, Is.EquivalentTo(original.Keys));
            Assert.That(
                original.Where(t => written.GetValueOrDefault(t.Key) != t.Value).Select(static t => t.Key), Is.Empty,
                "other values");
            Assert.That(Directory.GetFiles(folder), Has.Length.EqualTo(maxFileBytes == 4_000 ? 5 : 2));
            foreach (var (key, value) in first.Where(
                static p => p.Key is not ("n_ctx" or "bos_token_id" or "eos_token_id")))
            {
                Assert.That(JsonNode.DeepEquals(config[key], value), $"{key}: {config[key]} instead of {value}");
            }
        }
    }

    [Test]
    public void Load_MissingAndUnexpectedKeys_AreNamed()
    {
        var folder = Change(static tensors =>
        {
            tensors["h.0.ln_1.gain"] = tensors["transformer.h.0.ln_1.weight"];
            tensors.Remove("transformer.h.0.ln_1.weight");
            tensors.Remove("transformer.h.1.attn.c_attn.bias");
        });

        Assert.That(() => GptCheckpoint.Load(folder), Throws.TypeOf<InvalidDataException>().With.Message.Contains(
            "missing [transformer.h.0.ln_1.weight, transformer.h.1.attn.c_attn.bias], unexpected [h.0.ln_1.gain]"));

        var (model, report) = GptCheckpoint.Load(folder, strict: false);
        using (model)
        {
            Assert.That(
                report.Missing,
                Is.EqualTo(new[] { "transformer.h.0.ln_1.weight", "transformer.h.1.attn.c_attn.bias" }));
            Assert.That(report.Unexpected, Is.EqualTo(new[] { "h.0.ln_1.gain" }));
        }
    }

    [Test]
    public void Load_WrongShapes_AreAllNamedWithBoth()
    {
        using var wrong = TensorValue.Of(new float[24 * 8], 24, 8);
        using var other = TensorValue.Of(new float[9], 9);
        var folder = Change(tensors =>
        {
            tensors["transformer.h.0.attn.c_attn.weight"] = wrong;
            tensors["transformer.ln_f.bias"] = other;
        });

        Assert.That(() => GptCheckpoint.Load(folder, strict: false), Throws.TypeOf<InvalidDataException>()
            .With.Message.Contains("transformer.h.0.attn.c_attn.weight: expected (8,24), got float32 (24,8)")
            .And.Message.Contains("transformer.ln_f.bias: expected (8), got float32 (9)"));
    }

    [Test]
    public void LoadWeights_KeysDoNotFit_LeavesTheModelAsItWas()
    {
        using var scope = NewDisposeScope();
        var folder = Change(static tensors => tensors.Remove("transformer.ln_f.bias"));
        var (model, _) = GptCheckpoint.Load(Path.Combine(Fixtures, "gpt2"));
        using (model)
        {
            foreach (var parameter in model.parameters())
            {
                using var noGrad = no_grad();
                parameter.fill_(7);
            }

            Assert.That(() => GptCheckpoint.LoadWeights(model, folder), Throws.TypeOf<InvalidDataException>());
            Assert.That(model.parameters().All(static p => p.eq(7).all().item<bool>()));
        }
    }

    [Test]
    public void Load_TiedConfigWithAnotherHead_ThrowsAndNamesTheHead()
    {
        var folder = Change(static tensors =>
        {
            var words = tensors["transformer.wte.weight"];
            tensors["lm_head.weight"] = new TensorValue(words.Type, words.Shape, new byte[words.Data.Length]);
        });

        Assert.That(() => GptCheckpoint.Load(folder), Throws.TypeOf<InvalidDataException>()
            .With.Message.Contains("lm_head.weight differs from transformer.wte.weight"));
    }

    [Test]
    public void Load_OldNamesTiedHeadAndHalfPrecision_AreUnderstood()
    {
        using var scope = NewDisposeScope();
        using var expected = new SafeTensorsFixture("Checkpoints", "Fixtures", "gpt2.safetensors");
        var folder = Change(tensors =>
        {
            foreach (var name in tensors.Keys.ToArray())
            {
                var value = tensors[name];
                tensors.Remove(name);
                if (name == "transformer.wte.weight")
                {
                    continue;   // Stands as lm_head.weight too.
                }

                var renamed = name.Contains("ln_", StringComparison.Ordinal)
                    ? name.Replace(".weight", ".gamma", StringComparison.Ordinal)
                        .Replace(".bias", ".beta", StringComparison.Ordinal) : name;
                tensors[renamed] = value.Type != ElementType.Float32 ? value
                    : new TensorValue(
                        ElementType.BFloat16, value.Shape,
                        value.Data.ToArray().Chunk(4).SelectMany(static b => b[2..]).ToArray());
            }
        });

        var (model, report) = GptCheckpoint.Load(folder);

        using (model)
        {
            Assert.That(report.IsComplete, report.ToString());
            Assert.That((model.call(expected["ids"]) - expected["logits"]).abs().max().item<float>(), Is.LessThan(1));
            Assert.That(model.parameters().All(static p => p.dtype == ScalarType.Float32));
        }
    }

    [TestCase("model_type", "\"bert\"", "expected model_type \"gpt2\", got \"bert\"")]
    [TestCase("n_head", "3", "Width divisible by Heads, got 8 and 3")]
    [TestCase("n_embd", "\"x\"", "expected a value for n_embd, got \"x\"")]
    [TestCase("n_layer", "null", "expected a value for n_layer, got none")]
    [TestCase("n_layer", "3000000000", "expected a value for n_layer, got 3000000000")]
    [TestCase("n_layer", "2000000000", "2000000000 layers of width 8")]
    [TestCase("vocab_size", "900000000000000", "900000000000000 tokens")]
    [TestCase("n_embd", "4000000000", "the weights belong to another network")]
    [TestCase("activation_function", "\"swish\"", "got swish")]
    [TestCase("scale_attn_by_inverse_layer_idx", "true", "expected scale_attn_by_inverse_layer_idx to be False")]
    public void Load_ConfigThatDoesNotFit_ThrowsAndNamesTheKey(string key, string value, string message)
    {
        var folder = Change(static _ => { });
        var path = Path.Combine(folder, "config.json");
        var config = JsonNode.Parse(File.ReadAllText(path))!;
        config[key] = JsonNode.Parse(value);
        File.WriteAllText(path, config.ToJsonString());

        Assert.That(
            () => GptCheckpoint.Load(folder), Throws.TypeOf<InvalidDataException>().With.Message.Contains(message));
    }

    [Test]
    public void Load_NoConfig_ThrowsAndNamesIt()
        => Assert.That(
            () => GptCheckpoint.Load(New()),
            Throws.TypeOf<FileNotFoundException>().With.Message.Contains("config.json"));

    [Test]
    public void Save_RotaryPositions_Throws()
    {
        using var model = new Gpt(
            new() { Vocabulary = 5, Decoder = new() { Width = 8, Heads = 2, Positions = PositionKind.Rotary } });
        Assert.That(() => GptCheckpoint.Save(New(), model), Throws.ArgumentException.With.Message.Contains("Rotary"));
    }

    private string New() => _folder.CreateSubdirectory($"{Guid.NewGuid():N}").FullName;

    // The fixture with other tensors.
    private string Change(Action<Dictionary<string, TensorValue>> change)
    {
        var folder = New();
        File.Copy(Path.Combine(Fixtures, "gpt2", "config.json"), Path.Combine(folder, "config.json"));
        using var file = SafeTensorsFile.Open(Path.Combine(Fixtures, "gpt2", "model.safetensors"));
        var tensors = file.Entries.ToDictionary(static e => e.Name, e => file[e.Name]);
        change(tensors);
        SafeTensorsFile.Write(Path.Combine(folder, SafeTensorsCheckpoint.FileName), tensors);
        return folder;
    }
}
