using MaaS.Onnx;
using MaaS.Tabular.Learners;
using MaaS.Tabular.Samples;
using MaaS.Training.Export;
using static MaaS.Onnx.Schema.TensorProto.Types;
using static TorchSharp.torch;

namespace MaaS.Tabular.Networks;

/// <summary>A trained network; it computes in float32, so that its graph is equal to 1e-4.</summary>
internal sealed class NetworkModel : IBatchLearner
{
    private const int BatchRows = 1024;

    private readonly Lock _one = new();
    private readonly nn.Module<Tensor, Tensor> _network;
    private readonly int _features;
    private readonly TabularTask _task;
    private readonly double _mean;
    private readonly double _deviation;

    public NetworkModel(
        nn.Module<Tensor, Tensor> network, int features, Target target, double mean, double deviation)
    {
        (_network, _features, _task, _mean, _deviation) = (network, features, target.Task, mean, deviation);
        Outputs = target.Outputs;
        network.eval();
    }

    public int Outputs { get; }

    public double Tolerance => 1e-4;

    public void Predict(ReadOnlySpan<double> features, Span<double> outputs)
        => PredictBatch(new Matrix(1, features.Length, features.ToArray())).Row(0).CopyTo(outputs);

    public Matrix PredictBatch(Matrix features)
    {
        var outputs = new Matrix(features.Rows, Outputs);
        lock (_one)
        {
            for (var start = 0; start < features.Rows; start += BatchRows)
            {
                var count = Math.Min(BatchRows, features.Rows - start);
                using var scope = NewDisposeScope();
                using var noGrad = no_grad();
                var values = features.Values.AsSpan(start * features.Columns, count * features.Columns).ToArray();
                var input = tensor(Array.ConvertAll(values, static v => (float)v), [count, features.Columns]);
                var computed = _network.call(input).data<float>().ToArray();
                for (var i = 0; i < computed.Length; i++)
                {
                    outputs.Values[start * Outputs + i] = computed[i];
                }
            }
        }

        for (var row = 0; row < outputs.Rows; row++)
        {
            if (_task == TabularTask.Classification)
            {
                Probabilities.Softmax(outputs.Row(row));
            }
            else
            {
                outputs[row, 0] = outputs[row, 0] * _deviation + _mean;
            }
        }

        return outputs;
    }

    public string Write(GraphBuilder graph, string features)
    {
        OnnxModel exported;
        lock (_one)
        {
            using var scope = NewDisposeScope();
            exported = OnnxExporter.Export(_network, zeros(2, _features), new OnnxExportOptions
            {
                InputNames = ["features"],
                DynamicAxes = new DynamicAxes { { "features", 0, "batch" } },
                Opset = graph.Opset < 18 ? 17 : 18,
                OnWarning = static _ => { },    // The parity of the whole graph is checked on every row.
            }).Model;
        }

        var input = graph.Node("Cast", [features], ("to", (int)DataType.Float));
        var output = GraphInlining.Inline(graph, exported.Proto.Graph, input);
        var values = graph.Node("Cast", [output], ("to", (int)DataType.Double));
        return _task == TabularTask.Classification
            ? Probabilities.WriteSoftmax(graph, values)
            : graph.Node(
                "Add", [graph.Node("Mul", [values, graph.Scalar(_deviation)]), graph.Scalar(_mean)]);
    }
}
