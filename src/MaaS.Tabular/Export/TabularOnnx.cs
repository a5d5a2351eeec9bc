using MaaS.Onnx;
using MaaS.Onnx.Schema;
using MaaS.Tabular.Features;
using MaaS.Tabular.Selection;
using MaaS.Tabular.Tables;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Tabular.Export;

/// <summary>Writes features and learner as one ONNX graph that takes raw rows.</summary>
/// <remarks>Inputs are the columns by name, each (N): numbers and booleans (0 and 1) as float64 with NaN for a missing
/// one; categories, texts and dates (ISO 8601) as strings, empty for a missing one. Outputs are <c>label</c> (N)
/// string and <c>probabilities</c> (N, classes) float32, or <c>prediction</c> (N) float64. Hashed categories and the
/// words of texts use operators of ONNX Runtime's own domain, which other runtimes lack.</remarks>
public static class TabularOnnx
{
    /// <summary>The most probable class.</summary>
    public const string Label = "label";

    /// <summary>The probability of each class.</summary>
    public const string Probabilities = "probabilities";

    /// <summary>The predicted number.</summary>
    public const string Prediction = "prediction";

    private const int Opset = 17, OpsetOfStrings = 20, MachineLearningOpset = 3;

    /// <summary>Writes the model.</summary>
    /// <param name="fit">What was fitted.</param>
    /// <param name="classes">Names of the classes by index; empty for numbers.</param>
    /// <exception cref="ArgumentException">A column has the name of an output.</exception>
    public static OnnxModel Write(ITabularPredictor fit, IReadOnlyList<string> classes)
    {
        ArgumentNullException.ThrowIfNull(fit);
        ArgumentNullException.ThrowIfNull(classes);
        var takesApart = fit.Schema.Columns.Any(static c => c.Kind is ColumnKind.Date or ColumnKind.Text);
        var graph = new GraphBuilder("tabular", takesApart ? OpsetOfStrings : Opset);
        OnnxDimension[] rows = ["batch"];
        foreach (var column in fit.Schema.Columns)
        {
            graph.AddInput(
                column.Name,
                column.Kind is ColumnKind.Category or ColumnKind.Date or ColumnKind.Text ? DataType.String
                    : DataType.Double,
                rows);
        }

        var outputs = fit.Write(graph);
        if (classes.Count == 0)
        {
            Output(graph, Prediction, graph.Node("Squeeze", [outputs, graph.Ints(1)]), DataType.Double, rows);
        }
        else
        {
            var best = graph.Node("ArgMax", [outputs], ("axis", 1), ("keepdims", 0));
            var label = graph.Node(
                "LabelEncoder", [best],
                ("keys_int64s", Enumerable.Range(0, classes.Count).Select(static i => (long)i).ToArray()),
                ("values_strings", classes.ToArray()));
            graph.Graph.Node[^1].Domain = "ai.onnx.ml";
            Output(graph, Label, label, DataType.String, rows);
            Output(
                graph, Probabilities, graph.Node("Cast", [outputs], ("to", (int)DataType.Float)), DataType.Float,
                ["batch", classes.Count]);
        }

        var model = graph.Build();
        model.Proto.OpsetImport.Add(new OperatorSetIdProto { Domain = "ai.onnx.ml", Version = MachineLearningOpset });
        if (graph.Graph.Node.Any(static n => n.Domain == HashedBlock.MicrosoftDomain))
        {
            model.Proto.OpsetImport.Add(new OperatorSetIdProto { Domain = HashedBlock.MicrosoftDomain, Version = 1 });
        }

        if (classes.Count > 0)
        {
            model.SetLabels(classes);
        }

        return model;
    }

    // The value gets the output's name, which no column may have.
    private static void Output(GraphBuilder graph, string name, string value, DataType type, OnnxDimension[] shape)
    {
        if (graph.UniqueName(name) != name)
        {
            throw new ArgumentException(
                $"export: expected columns of other names than the output '{name}'; rename the column.");
        }

        graph.Graph.Node.Single(node => node.Output.Contains(value)).Output[0] = name;
        graph.AddOutput(name, type, shape);
    }
}
