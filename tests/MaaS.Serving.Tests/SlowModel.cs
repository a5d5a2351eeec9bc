using MaaS.Onnx;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Serving.Tests;

/// <summary>A network whose run takes as long as its input says, and can be stopped between its operators.</summary>
internal static class SlowModel
{
    /// <summary>y = n + Σ zeros, a thousand times over n/100 of them, for n of (rows): seconds for 10⁸, minutes for
    /// 2·10⁹.</summary>
    public static OnnxModel Build()
    {
        var graph = new GraphBuilder("slow");
        var value = graph.AddInput("n", DataType.Int64, ["rows"]);
        for (var i = 0; i < 1000; i++)
        {
            var size = graph.Node("Add", [graph.Node("Div", [value, graph.Scalar(100L)]), graph.Scalar((long)i)]);
            var zeros = graph.Node("Expand", [graph.Scalar(0L), size]);
            value = graph.Node("Add", [value, graph.Node("ReduceSum", [zeros], ("keepdims", 0))]);
        }

        graph.AddOutput(value, DataType.Int64, ["rows"]);
        return graph.Build();
    }
}
