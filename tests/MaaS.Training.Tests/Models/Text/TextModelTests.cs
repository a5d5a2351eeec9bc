using MaaS.Onnx.Inference;
using MaaS.Training.Export;
using MaaS.Training.Models.Recurrent;
using MaaS.Training.Models.Text;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Models.Text;

/// <summary>Recurrent and convolutional classifiers, against PyTorch (Fixtures/make_text_models.py).</summary>
internal sealed class TextModelTests
{
    // Every kind of layer, direction and pooling once.
    private static readonly string[] Exported = ["Rnn.2.True.Last", "Lstm.2.True.Last", "Gru.2.True.Mean", "Lstm.3.False.Max", "Gru.1.False.Last", "cnn"];

    private static readonly string[] Cases =
    [
        .. from kind in Enum.GetNames<RecurrentKind>()
           from shape in new[] { "1.False.Last", "2.True.Last", "2.True.Mean", "3.False.Max", "1.True.Max" }
           select $"{kind}.{shape}",
        "cnn",
    ];

    [TestCaseSource(nameof(Cases))]
    public void Forward_PaddedBatch_EqualsPyTorchWithPackedSequences(string name)
    {
        using var scope = NewDisposeScope();
        using var fixture = Fixture();
        using var model = Load(name, fixture);

        var logits = model.call(fixture["ids"], fixture["mask"]);
        SquaredError(logits, fixture["target"]).backward();

        var parameters = model.named_parameters().ToDictionary(static p => p.name, static p => p.parameter);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Difference(logits, fixture[$"{name}/logits"]), Is.LessThan(1e-5), "logits");
            foreach (var key in fixture.Names($"{name}/gradient/"))
            {
                Assert.That(Difference(parameters[Own(key)].grad!, fixture[$"{name}/gradient/{key}"]), Is.LessThan(1e-5), key);
            }
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void Forward_EachTextAlone_EqualsThePaddedBatch(string name)
    {
        using var scope = NewDisposeScope();
        using var fixture = Fixture();
        using var model = Load(name, fixture);
        Tensor ids = fixture["ids"], mask = fixture["mask"];

        var batch = model.call(ids, mask);

        for (var row = 0L; row < ids.shape[0]; row++)
        {
            var length = mask[row].sum().item<long>();
            var alone = model.call(ids[row].narrow(0, 0, length).unsqueeze(0), ones([1, length], ScalarType.Int64));
            Assert.That(Difference(alone, batch[row].unsqueeze(0)), Is.LessThan(1e-6), $"row {row}");
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void Forward_Padding_HasNoInfluenceAtAll(string name)
    {
        using var scope = NewDisposeScope();
        using var fixture = Fixture();
        using var model = Load(name, fixture);
        Tensor ids = fixture["ids"], mask = fixture["mask"];

        var other = ids * mask + (1 - mask) * 12;

        Assert.That(Difference(model.call(ids, mask), model.call(other, mask)), Is.Zero);
    }

    [TestCaseSource(nameof(Cases))]
    public void Forward_TextWithoutTokens_GivesTheBias(string name)
    {
        using var scope = NewDisposeScope();
        using var fixture = Fixture();
        using var model = Load(name, fixture);

        var logits = model.call(zeros([2, 6], ScalarType.Int64), zeros([2, 6], ScalarType.Int64));

        var bias = model.named_parameters().Single(static p => p.name == "classifier.bias").parameter;
        Assert.That(Difference(logits, bias.unsqueeze(0).expand(2, -1)), Is.Zero);
    }

    [Test]
    public void Export_EveryKind_KeepsToTorchAtEverySize([ValueSource(nameof(Exported))] string name)
    {
        using var scope = NewDisposeScope();
        using var fixture = Fixture();
        using var model = Load(name, fixture);
        var export = OnnxExporter.Export(model, [fixture["ids"], fixture["mask"]], new OnnxExportOptions
        {
            InputNames = ["input_ids", "attention_mask"],
            OutputNames = ["logits"],
            DynamicAxes = new()
            {
                { "input_ids", 0, "batch" }, { "input_ids", 1, "sequence" },
                { "attention_mask", 0, "batch" }, { "attention_mask", 1, "sequence" },
            },
        });
        using var onnx = InferenceModel.Load(export.Model.ToByteArray());
        var random = new Random(3);
        foreach (var batch in new[] { 1, 3, 8 })
        {
            foreach (var length in new[] { 1, 5, 64, 256 })
            {
                long[] ids = [.. Enumerable.Range(0, batch * length).Select(_ => random.NextInt64(13))];
                long[] ends = [.. Enumerable.Range(0, batch).Select(row => row == 0 ? length : random.NextInt64(length + 1))];
                long[] mask = [.. ids.Select((_, i) => i % length < ends[i / length] ? 1L : 0)];

                using var outputs = onnx.Run([TensorValue.Of(ids, batch, length), TensorValue.Of(mask, batch, length)]);

                var expected = model.call(tensor(ids, [batch, length]), tensor(mask, [batch, length])).data<float>().ToArray();
                Assert.That(outputs[0].AsSpan<float>().ToArray(), Is.EqualTo(expected).Within(1e-5), $"batch {batch}, length {length}");
            }
        }
    }

    [Test]
    public void Create_SizesOutOfRange_ThrowsAndNamesThem()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => new RecurrentClassifier(new() { Vocabulary = 0 }), Throws.ArgumentException.With.Message.Contains("Vocabulary of at least 1, got 0"));
            Assert.That(() => new RecurrentClassifier(new() { Vocabulary = 5, Dropout = 1 }), Throws.ArgumentException.With.Message.Contains("Dropout from 0 to below 1, got 1"));
            Assert.That(() => new TextCnn(new() { Vocabulary = 5, Widths = [] }), Throws.ArgumentException.With.Message.Contains("Widths"));
            Assert.That(() => new TextCnn(new() { Vocabulary = 5, Widths = [3, 0] }), Throws.ArgumentException.With.Message.Contains("[3, 0]"));
        }
    }

    private static SafeTensorsFixture Fixture() => new("Models", "Text", "Fixtures", "text_models.safetensors");

    private static nn.Module<Tensor, Tensor, Tensor> Load(string name, SafeTensorsFixture fixture)
    {
        nn.Module<Tensor, Tensor, Tensor> model = name == "cnn"
            ? new TextCnn(new() { Vocabulary = 13, Embedding = 3, Classes = 3, Widths = [2, 3, 5], Filters = 2 })
            : Recurrent(name.Split('.'));
        var state = fixture.Names($"{name}/weight/").ToDictionary(Own, key => fixture[$"{name}/weight/{key}"]);
        model.load_state_dict(state);
        model.eval();
        return model;
    }

    private static RecurrentClassifier Recurrent(string[] parts) => new(new()
    {
        Vocabulary = 13,
        Embedding = 3,
        Hidden = 4,
        Classes = 3,
        Kind = Enum.Parse<RecurrentKind>(parts[0]),
        Layers = long.Parse(parts[1]),
        Bidirectional = bool.Parse(parts[2]),
        Pooling = Enum.Parse<SequencePooling>(parts[3]),
    });

    // rnn.weight_ih_l1_reverse is layers.1.rtl.weight_ih_l0 here.
    private static string Own(string key)
    {
        if (!key.StartsWith("rnn.", StringComparison.Ordinal))
        {
            return key;
        }

        var reverse = key.EndsWith("_reverse", StringComparison.Ordinal);
        var (kind, layer) = (key[4..key.LastIndexOf("_l", StringComparison.Ordinal)], key[key.LastIndexOf("_l", StringComparison.Ordinal) + 2]);
        return $"layers.{layer}.{(reverse ? "rtl" : "ltr")}.{kind}_l0";
    }

    private static Tensor SquaredError(Tensor a, Tensor b) => (a - b).pow(2).mean();

    private static double Difference(Tensor a, Tensor b)
    {
        Assert.That(a.shape, Is.EqualTo(b.shape));
        return (a - b).abs().max().item<float>();
    }
}
