using MaaS.Onnx;
using MaaS.Onnx.Schema;

namespace MaaS.Core.InputData;

/// <summary>How many rows the tables have that an input indexes, as token ids index an embedding.</summary>
internal static class IndexedRows
{
    // Where nothing is indexed, an integer is a flag or a kind.
    private const long Flag = 2;

    private static readonly HashSet<string> Movers =
        ["Cast", "Identity", "Reshape", "Unsqueeze", "Squeeze", "Flatten", "Transpose", "Expand", "Slice", "Concat"];

    /// <summary>The rows of the smallest constant table that the input's values reach; 2 where they reach
    /// none.</summary>
    public static long Of(GraphProto graph, string input)
    {
        var index = new GraphIndex(graph);
        var constants = graph.Node.Where(static node => node.OpType == "Constant"
                && node.Attribute("value")?.T is not null)
            .ToDictionary(static node => node.Output[0], static node => node.Attribute("value")!.T);
        var seen = new HashSet<string> { input };
        var waiting = new Queue<string>(seen);
        long rows = long.MaxValue;
        while (waiting.TryDequeue(out string? value))
        {
            foreach (var reader in index.Consumers(value))
            {
                if (reader.OpType == "Gather" && reader.InputOrEmpty(1) == value)
                {
                    var table = index.Initializer(reader.Input[0]) ?? constants.GetValueOrDefault(reader.Input[0]);
                    int axis = (int)reader.Int("axis");
                    if (table is not null && Math.Abs(axis) < table.Dims.Count)
                    {
                        rows = Math.Min(rows, table.Dims[OnnxDimension.Axis(axis, table.Dims.Count)]);
                    }
                }
                else if (Movers.Contains(reader.OpType) && seen.Add(reader.Output[0]))
                {
                    waiting.Enqueue(reader.Output[0]);
                }
            }
        }
        return rows == long.MaxValue ? Flag : rows;
    }
}
