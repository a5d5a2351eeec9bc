using MaaS.Onnx.Inference;
using MaaS.Training.Export;
using MaaS.Training.Models.Recurrent;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Models.Recurrent;

/// <summary>Recurrent networks over sequences of numbers.</summary>
internal sealed class SeriesModelTests
{
    private static readonly SeriesClassifierOptions Classifier = new()
    {
        Features = 3,
        Classes = 4,
        Hidden = 5,
        Layers = 2,
        Bidirectional = true,
    };

    // The weights of libtorch's own two-layer network in both directions, under the names that ours has.
    [TestCase(RecurrentKind.Rnn)]
    [TestCase(RecurrentKind.Lstm)]
    [TestCase(RecurrentKind.Gru)]
    public void Forward_TwoLayersInBothDirections_EqualsLibTorchsOwn(RecurrentKind kind)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using nn.Module theirs = kind switch
        {
            RecurrentKind.Rnn => nn.RNN(3, 5, 2, batchFirst: true, bidirectional: true),
            RecurrentKind.Lstm => nn.LSTM(3, 5, 2, batchFirst: true, bidirectional: true),
            _ => nn.GRU(3, 5, 2, batchFirst: true, bidirectional: true),
        };
        using var ours = new SeriesClassifier(Classifier with { Kind = kind });
        var state = ours.state_dict();
        foreach (var (name, weight) in theirs.state_dict())
        {
            var (layer, back) = (
                name.Contains("_l1", StringComparison.Ordinal) ? 1 : 0,
                name.EndsWith("_reverse", StringComparison.Ordinal));
            var plain = name.Replace("_l1", "_l0", StringComparison.Ordinal).Replace(
                "_reverse", "", StringComparison.Ordinal);
            using (no_grad())
            {
                state[$"encoder.layers.{layer}.{(back ? "rtl" : "ltr")}.{plain}"].copy_(weight);
            }
        }

        var x = randn(6, 7, 3);
        var states = theirs switch
        {
            RNN rnn => rnn.call(x).Item2,
            LSTM lstm => lstm.call(x).Item2,
            GRU gru => gru.call(x).Item2,
            _ => throw new InvalidOperationException(),
        };                                                                        // (layers·2, B, H)
        var expected = nn.functional.linear(
            cat([states[2], states[3]], 1), state["classifier.weight"], state["classifier.bias"]);

        Assert.That((ours.call(x) - expected).abs().max().item<float>(), Is.LessThan(1e-5));
    }

    [Test]
    public void Classify_PaddedBatch_EqualsEachSequenceAlone(
        [Values] RecurrentKind kind, [Values] SequencePooling pooling)
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        using var model = new SeriesClassifier(Classifier with { Kind = kind, Pooling = pooling });
        var x = randn(4, 9, 3);
        long[] lengths = [9, 1, 4, 7];
        var mask = arange(9).unsqueeze(0).lt(tensor(lengths).unsqueeze(1)).to(ScalarType.Int64);

        var batch = model.Classify(x, mask);

        for (var row = 0; row < lengths.Length; row++)
        {
            var alone = model.call(x[row].narrow(0, 0, lengths[row]).unsqueeze(0));
            Assert.That((alone - batch[row]).abs().max().item<float>(), Is.LessThan(1e-5), $"row {row}");
        }
    }

    [Test]
    public void Export_Classifier_KeepsToTorchAtEverySize([Values] RecurrentKind kind)
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        using var model = new SeriesClassifier(Classifier with { Kind = kind });
        model.FitScale(10 + (4 * randn(100, 3)));
        var export = OnnxExporter.Export(model, 10 + (4 * randn(3, 8, 3)), new OnnxExportOptions
        {
            InputNames = ["series"],
            OutputNames = ["logits"],
            DynamicAxes = new() { { "series", 0, "batch" }, { "series", 1, "time" } },
        });

        using var onnx = InferenceModel.Load(export.Model.ToByteArray());
        foreach (var (batch, length) in new[] { (1L, 1L), (5, 8), (2, 60) })
        {
            var x = 10 + (4 * randn(batch, length, 3));
            using var outputs = onnx.Run([TensorValue.Of(x.data<float>().ToArray(), batch, length, 3)]);
            Assert.That(
                outputs[0].AsSpan<float>().ToArray(), Is.EqualTo(model.call(x).data<float>().ToArray()).Within(1e-4),
                    $"({batch},{length})");
        }
    }

    [Test]
    public void Export_Forecaster_KeepsToTorch([Values] RecurrentKind kind)
    {
        using var scope = NewDisposeScope();
        manual_seed(4);
        using var model = new SeriesForecaster(
            new() { Features = 2, Horizon = 3, Targets = 2, Kind = kind, Hidden = 6 });
        model.FitScale(100 + (20 * randn(50, 2)));
        var export = OnnxExporter.Export(model, 100 + (20 * randn(3, 8, 2)));
        Assert.That(export.Model.ToByteArray(), Is.Not.Empty);

        using var onnx = InferenceModel.Load(export.Model.ToByteArray());
        var x = 100 + (20 * randn(4, 8, 2));
        using var outputs = onnx.Run([TensorValue.Of(x.data<float>().ToArray(), 4, 8, 2)]);
        Assert.That(outputs[0].Shape.ToArray(), Is.EqualTo(new long[] { 4, 3, 2 }));
        Assert.That(
            outputs[0].AsSpan<float>().ToArray(), Is.EqualTo(model.call(x).data<float>().ToArray()).Within(1e-3));
    }

    [Test]
    public void FitScale_OfASeries_MakesItsUnitsIndifferent()
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        using var model = new SeriesForecaster(new() { Features = 2, Horizon = 4, Hidden = 6 });
        var celsius = randn(40, 2) * 8;
        var fahrenheit = (celsius * 1.8) + 32;
        var window = celsius.narrow(0, 0, 10).unsqueeze(0);

        model.FitScale(celsius);
        var forecast = model.call(window);
        model.FitScale(fahrenheit);
        var other = model.call((window * 1.8) + 32);

        Assert.That(((forecast * 1.8) + 32 - other).abs().max().item<float>(), Is.LessThan(1e-3));
    }

    [Test]
    public void To_AnotherType_MovesTheScale()
    {
        using var scope = NewDisposeScope();
        using var model = new SeriesClassifier(Classifier);
        model.FitScale(randn(20, 3) + 5);
        model.to(ScalarType.Float64);
        Assert.That(model.call(randn(2, 3, 3, ScalarType.Float64)).dtype, Is.EqualTo(ScalarType.Float64));
        Assert.That(model.state_dict().Keys, Does.Contain("scale.mean").And.Contain("scale.std"));
    }

    [Test]
    public void Create_OutOfRange_NamesAllThatIsWrong() => Assert.Multiple(() =>
    {
        Assert.That(
            () => new SeriesForecaster(new() { Features = 2, Horizon = 0, Targets = 3, Hidden = 0 }),
            Throws.ArgumentException.With.Message.Contains("SeriesForecasterOptions").And.Message.Contains(
                "Horizon of at least 1")
                .And.Message.Contains("Targets from 1 to 2").And.Message.Contains("Hidden"));
        Assert.That(() => new SeriesClassifier(new() { Features = 1, Classes = 0 }), Throws.ArgumentException);
    });

    [Test]
    public void Forward_AnotherShape_IsRefused()
    {
        using var scope = NewDisposeScope();
        using var model = new SeriesClassifier(Classifier);
        Assert.That(
            () => model.call(zeros(2, 7)),
            Throws.ArgumentException.With.Message.Contains("expected sequences (B,T,3)"));
        Assert.That(() => model.FitScale(zeros(5, 2)), Throws.ArgumentException.With.Message.Contains("(N,3)"));
    }
}
