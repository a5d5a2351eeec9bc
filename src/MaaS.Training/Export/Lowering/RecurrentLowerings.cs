using MaaS.Onnx;


namespace MaaS.Training.Export.Lowering;

/// <summary>LSTM, GRU and plain recurrent layers over whole sequences, stacked and bidirectional. Cells reach the trace
/// as the linear layers and activations that they consist of.</summary>
internal static class RecurrentLowerings
{
    // Which of torch's gate blocks ONNX wants first: LSTM i,f,g,o → i,o,f,g; GRU r,z,n → z,r,n.
    private static readonly int[] LstmGates = [0, 3, 1, 2];
    private static readonly int[] GruGates = [1, 0, 2];
    private static readonly int[] RnnGates = [0];

    public static IReadOnlyDictionary<string, OperatorLowering> All { get; } = new Dictionary<string, OperatorLowering>
    {
        ["aten::lstm"] = call => Sequence(call, "LSTM", LstmGates),
        ["aten::gru"] = call => Sequence(call, "GRU", GruGates, ("linear_before_reset", 1)),
        ["aten::rnn_tanh"] = call => Sequence(call, "RNN", RnnGates),
        ["aten::rnn_relu"] = call
            => Sequence(call, "RNN", RnnGates, ("activations", Repeat("Relu", call.Flag("bidirectional")))),
    };

    private static void Sequence(
        OperatorCall call, string op, int[] gates, params (string Name, AttributeValue Value)[] attributes)
    {
        if (call.Has("batch_sizes"))
        {
            throw call.Unsupported("packed sequences have no ONNX form; pass padded sequences");
        }

        var x = call.Tensor("input");
        if (x.Rank != 3)
        {
            throw call.Unsupported("a sequence without its batch axis; add one with unsqueeze");
        }

        bool batchFirst = call.Flag("batch_first"), bidirectional = call.Flag("bidirectional");
        long layers = call.Int("num_layers");
        var weights = call.Tensors("params");
        var state = call.Tensors("hx");
        int directions = bidirectional ? 2 : 1, perCell = weights.Length / (int)layers / directions;
        if (perCell is not (2 or 4))
        {
            throw call.Unsupported("projections (proj_size) have no ONNX form");
        }

        long hidden = weights[1].Shape[1].Value;

        string y = batchFirst ? Swap(call, x.Name) : x.Name;   // (T, B, in)
        var last = new List<string>[state.Length];
        for (int i = 0; i < last.Length; i++)
        {
            last[i] = [];
        }

        for (int layer = 0; layer < layers; layer++)
        {
            var cells = Enumerable.Range(layer * directions, directions)
                .Select(cell => weights.AsSpan(cell * perCell, perCell).ToArray()).ToArray();
            string[] inputs =
            [
                y, Stack(call, cells, 0, gates, hidden), Stack(call, cells, 1, gates, hidden),
                perCell == 4 ? Biases(call, cells, gates, hidden) : "", "",
                .. state.Select(initial => Initial(call, initial, layer, directions, layers)),
            ];
            string[] outputs = call.Graph.Nodes(op, inputs, 1 + state.Length,
                [("hidden_size", hidden), ("direction", bidirectional ? "bidirectional" : "forward"), .. attributes]);
            // (T, directions, B, H) → (T, B, directions · H)
            y = bidirectional
                ? call.Node("Reshape",
                    [call.Node("Transpose", [outputs[0]], ("perm", new long[] { 0, 2, 1, 3 })),
                        call.Graph.Ints(0, 0, 2 * hidden)])
                : call.Node("Squeeze", [outputs[0], call.Graph.Ints(1)]);
            for (int i = 0; i < last.Length; i++)
            {
                last[i].Add(outputs[1 + i]);
            }
        }
        string[] finals = [
            .. last.Select(list => list.Count == 1 ? list[0] : call.Node("Concat", list.ToArray(), ("axis", 0)))];
        call.Return([batchFirst ? Swap(call, y) : y, .. finals]);
    }

    private static string Swap(OperatorCall call, string value) =>
        call.Node("Transpose", [value], ("perm", new long[] { 1, 0, 2 }));

    // Each direction's weight with its gates in ONNX's order: (directions, gates · H, in).
    private static string Stack(OperatorCall call, TracedTensor[][] cells, int which, int[] gates, long hidden)
    {
        string[] each = [.. cells.Select(cell =>
            call.Node("Unsqueeze", [Reorder(call, cell[which].Name, gates, hidden), call.Graph.Ints(0)]))];
        return each.Length == 1 ? each[0] : call.Node("Concat", each, ("axis", 0));
    }

    // Input biases, then recurrent ones: (directions, 2 · gates · H).
    private static string Biases(OperatorCall call, TracedTensor[][] cells, int[] gates, long hidden)
    {
        string[] each = [.. cells.Select(cell =>
        {
            string input = Reorder(call, cell[2].Name, gates, hidden),
            recurrent = Reorder(call, cell[3].Name, gates, hidden);
            return call.Node("Unsqueeze", [call.Node("Concat", [input, recurrent], ("axis", 0)), call.Graph.Ints(0)]);
        })];
        return each.Length == 1 ? each[0] : call.Node("Concat", each, ("axis", 0));
    }

    private static string Reorder(OperatorCall call, string value, int[] gates, long hidden)
    {
        if (gates.Length == 1)
        {
            return value;
        }

        string[] blocks = call.Graph.Nodes(
            "Split", [value, call.Graph.Ints([.. Enumerable.Repeat(hidden, gates.Length)])], gates.Length, ("axis", 0));
        return call.Node("Concat", Array.ConvertAll(gates, gate => blocks[gate]), ("axis", 0));
    }

    // ONNX starts from zeros by itself.
    private static string Initial(OperatorCall call, TracedTensor state, int layer, int directions, long layers)
    {
        if (call.IsZeros(state))
        {
            return "";
        }

        return layers == 1 ? state.Name : call.Slice(state.Name, 0, layer * directions, (layer + 1) * directions);
    }

    private static string[] Repeat(string activation, bool twice) => twice ? [activation, activation] : [activation];
}
