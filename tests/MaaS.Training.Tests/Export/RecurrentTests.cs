using MaaS.Training.Export;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Tests.Export;

/// <summary>Recurrent layers of every kind and their cells, with dynamic batch and sequence axes.</summary>
public class RecurrentTests : ExportTests
{
    private static OnnxExportOptions Sequences => new()
    {
        DynamicAxes = new() { { "input", 0, "batch" }, { "input", 1, "sequence" } },
    };

    [Test]
    public void Export_Rnn_MatchesTorch(
        [Values] NonLinearities activation, [Values(1, 2)] long layers, [Values] bool bidirectional, [Values] bool bias)
    {
        using var module = RNN(4, 5, layers, activation, bias, batchFirst: true, bidirectional: bidirectional);
        var result = OnnxExporter.Export(module, x => module.call(x[0]), [randn(3, 6, 4)], Sequences);
        Check(result);
        Assert.That(Operators(result).Count(static op => op == "RNN"), Is.EqualTo(layers));
    }

    [Test]
    public void Export_Gru_WithoutBiasAndWithGivenState_MatchesTorch([Values] bool bidirectional)
    {
        using var module = GRU(4, 5, 2, bias: false, bidirectional: bidirectional);
        long states = bidirectional ? 4 : 2;
        Check(OnnxExporter.Export(
            module, x => module.call(x[0], x[1]), [randn(6, 3, 4), randn(states, 3, 5)], new()
            {
                InputNames = ["input", "state"],
                DynamicAxes = new() { { "input", 0, "sequence" }, { "input", 1, "batch" }, { "state", 1, "batch" } },
            }));
    }

    [Test]
    public void Export_Lstm_KeepsStateDictNamesOfWeights()
    {
        using var module = LSTM(4, 5, 2, batchFirst: true);
        var result = OnnxExporter.Export(module, x => module.call(x[0]), [randn(3, 6, 4)], Sequences);
        Check(result);
        Assert.That(result.Model.Graph.Initializer.Select(static tensor => tensor.Name), Is.SupersetOf(
            new[] { "weight_ih_l0", "weight_hh_l0", "weight_ih_l1", "weight_hh_l1" }));
    }

    [Test]
    public void Export_LstmCell_MatchesTorch([Values] bool bias)
    {
        using var module = LSTMCell(4, 5, bias);
        Check(
            OnnxExporter.Export(module, x => module.call(x[0], (x[1], x[2])), [randn(3, 4), randn(3, 5), randn(3, 5)]));
    }

    [Test]
    public void Export_GruCell_MatchesTorch([Values] bool bias)
    {
        using var module = GRUCell(4, 5, bias);
        Check(OnnxExporter.Export(module, x => module.call(x[0], x[1]), [randn(3, 4), randn(3, 5)]));
    }

    [Test]
    public void Export_RnnCell_MatchesTorch([Values] NonLinearities activation, [Values] bool bias)
    {
        using var module = RNNCell(4, 5, activation, bias);
        Check(OnnxExporter.Export(module, x => module.call(x[0], x[1]), [randn(3, 4), randn(3, 5)]));
    }
}
