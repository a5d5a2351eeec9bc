using System.Text.Json;
using MaaS.Training.Models.Transformers;
using MaaS.Training.Models.Transformers.Bert;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Models.Transformers.Bert;

/// <summary>BERT against one written independently: Fixtures/make_bert.py.</summary>
public sealed class BertTests
{
    private static readonly Lazy<BertFixture> Fixture = new(() => TransformerFixture.Read<BertFixture>("bert.json"));

    internal sealed record Head(
        FixtureTensor Logits, Dictionary<string, FixtureTensor> Weights, Dictionary<string, FixtureTensor> Gradients);

    internal sealed record BertFixture(
        JsonElement Config, FixtureTensor Ids, FixtureTensor Mask, FixtureTensor Types, Head Classifier,
        Head MaskedLanguage)
    {
        public BertConfig ReadConfig(string? find = null, string? replace = null)
        {
            var path = Path.GetTempFileName();
            try
            {
                var text = Config.GetRawText();
                File.WriteAllText(path, find is null ? text : text.Replace(find, replace, StringComparison.Ordinal));
                return BertConfig.Read(path);
            }
            finally
            {
                File.Delete(path);
            }
        }
    }

    [Test]
    public void Forward_ClassifierWithSegments_GivesTheReferencesLogitsAndGradients()
    {
        using var scope = NewDisposeScope();
        using var model = new BertClassifier(Fixture.Value.ReadConfig());
        Check(model, Fixture.Value.Classifier, (ids, mask, types) => model.call(ids, mask, types));
    }

    [Test]
    public void Forward_MaskedLanguage_GivesTheReferencesLogitsAndGradients()
    {
        using var scope = NewDisposeScope();
        using var model = new BertMaskedLanguage(Fixture.Value.ReadConfig());
        Check(model, Fixture.Value.MaskedLanguage, (ids, mask, _) => model.call(ids, mask));
    }

    [Test]
    public void Parameters_OfTheTinyModel_AreAsManyAsPublished()
    {
        // Turc et al. 2019, table 1: 4.4 million; 4,385,920 in the published checkpoint, without heads.
        using var model = new BertModel(
            new BertConfig { HiddenSize = 128, NumHiddenLayers = 2, NumAttentionHeads = 2, IntermediateSize = 512 });
        Assert.That(model.parameters().Sum(static p => p.numel()), Is.EqualTo(4_385_920));
    }

    [TestCase(
        "\"num_attention_heads\":2", "\"num_attention_heads\":3",
        "hidden_size divisible by num_attention_heads, got 8 and 3")]
    [TestCase(
        "\"hidden_act\":\"gelu\"", "\"hidden_act\":\"swish\"",
        "hidden_act of gelu, gelu_new, gelu_pytorch_tanh, relu, got swish")]
    [TestCase("\"absolute\"", "\"relative_key\"", "position_embedding_type absolute, got relative_key")]
    [TestCase("\"model_type\":\"bert\"", "\"model_type\":\"gpt2\"", "model_type bert, got gpt2")]
    [TestCase("\"vocab_size\":13", "\"vocab_size\":\"many\"", "vocab_size")]
    [TestCase("\"vocab_size\":13", "\"vocab_size\":13,\"vocab_size\":14", "vocab_size")]
    [TestCase("{", "[", "JSON")]
    public void Read_ConfigThatDoesNotFit_SaysWhat(string find, string replace, string expected)
        => Assert.That(
            () => Fixture.Value.ReadConfig(find, replace),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(expected));

    // The names under which checkpoints keep the same function, Hendrycks and Gimpel's approximation with tanh.
    [TestCase("gelu_new")]
    [TestCase("gelu_pytorch_tanh")]
    public void Read_NamesOfTheTanhApproximation_AreTheSame(string name)
        => Assert.That(
            Fixture.Value.ReadConfig("\"hidden_act\":\"gelu\"", $"\"hidden_act\":\"{name}\"").Activation,
            Is.EqualTo(ActivationKind.GeluTanh));

    [Test]
    public void Read_WhatTheFileDoesNotSay_HasTheDefaultsOfTheBaseModel()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(
                path,
                """{"model_type": "bert", "hidden_size": 24, "position_embedding_type": null, "transformers_version": "4.0"}""");
            // Devlin et al. 2019, section 3 and appendix A.2, but for the width.
            var config = BertConfig.Read(path);
            Assert.That(
                (config.HiddenSize, config.NumHiddenLayers, config.NumAttentionHeads, config.IntermediateSize),
                Is.EqualTo((24, 12, 12, 3072)));
            Assert.That(
                (config.VocabSize, config.MaxPositionEmbeddings, config.TypeVocabSize, config.HiddenAct),
                Is.EqualTo((30522, 512, 2, "gelu")));
            Assert.That(
                (config.HiddenDropoutProb, config.AttentionProbsDropoutProb, config.InitializerRange),
                Is.EqualTo((0.1, 0.1, 0.02)));
            Assert.That((config.LayerNormEps, config.PositionEmbeddingType), Is.EqualTo((1e-12, "absolute")));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void ToJson_ReadBack_IsTheSame()
    {
        var path = Path.GetTempFileName();
        try
        {
            var config = Fixture.Value.ReadConfig();
            File.WriteAllText(path, config.ToJson());
            var back = BertConfig.Read(path);
            Assert.That(back with { Id2Label = config.Id2Label }, Is.EqualTo(config));
            Assert.That(
                back.Id2Label,
                Is.EqualTo(new Dictionary<string, string> { ["0"] = "ham", ["1"] = "spam", ["2"] = "other" }));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void Forward_TextBeyondTheMaximum_SaysBothLengths()
    {
        using var model = new BertClassifier(Fixture.Value.ReadConfig());
        using var ids = ones(1, 10, ScalarType.Int64);
        Assert.That(
            () => model.call(ids, ids), Throws.ArgumentException.With.Message.Contains("at most 9 positions, got 10"));
    }

    private static void Check(nn.Module model, Head expected, Func<Tensor, Tensor, Tensor, Tensor> run)
    {
        model.eval();
        TransformerFixture.Load(model, expected.Weights);
        var logits = run(
            Fixture.Value.Ids.ToTensor(ScalarType.Int64), Fixture.Value.Mask.ToTensor(ScalarType.Int64),
            Fixture.Value.Types.ToTensor(ScalarType.Int64));
        TransformerFixture.Loss(logits).backward();
        expected.Logits.AssertEqual(logits, "logits");
        foreach (var (name, parameter) in model.named_parameters())
        {
            expected.Gradients[name].AssertEqual(parameter.grad, "gradient of " + name);
        }
    }
}
