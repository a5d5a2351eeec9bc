using System.Globalization;
using System.Text;
using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Costs;

/// <summary>A model as text: inputs, outputs, operators, what each layer costs, and what cannot be known.</summary>
public static class ModelSummary
{
    /// <summary>Describes a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="sizes">Sizes of dynamic axes by name; the others stay symbols.</param>
    /// <exception cref="ArgumentException">A size belongs to no axis of the model; the message names the axes that
    /// there are.</exception>
    public static string Describe(OnnxModel model, IReadOnlyDictionary<string, long>? sizes = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        CheckAxes(model, sizes);
        var cost = CostModel.Compute(model, sizes);
        var text = new StringBuilder();
        string producer = $"{model.Proto.ProducerName} {model.Proto.ProducerVersion}".Trim();
        Line(text, $"graph       {model.Graph.Name}");
        Line(text, $"producer    {(producer.Length > 0 ? producer : "not named")}");
        Line(text, $"IR, opset   {model.Proto.IrVersion}, {string.Join(", ", model.Proto.OpsetImport.Select(Opset))}");
        foreach (var input in model.Inputs)
        {
            Line(text, $"input       {Describe(input)}");
        }

        foreach (var output in model.Outputs)
        {
            Line(text, $"output      {Describe(output)}");
        }

        var bodies = Bodies(model.Graph).ToList();
        var operators = model.Graph.Node.Concat(bodies).CountBy(static node => node.OpType)
            .OrderByDescending(static pair => pair.Value)
            .ThenBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => $"{pair.Key} {pair.Value}");
        Line(
            text,
            $"operators   {model.Graph.Node.Count}{(bodies.Count > 0 ? $" and {bodies.Count} in bodies" : "")}: "
                + $"{string.Join(", ", operators)}");
        Line(text, $"parameters  {Number(cost.Parameters)} ({Number(cost.WeightBytes)} bytes)");
        Line(text, $"MACs        {cost.Macs}");
        Line(text, $"activations {cost.ActivationBytes} bytes");
        foreach (var entry in model.Proto.MetadataProps)
        {
            Line(text, $"metadata    {entry.Key}: {Short(entry.Value)}");
        }

        text.AppendLine();
        Table(text, cost);
        var holders = model.Graph.Node.Where(static node => node.Subgraphs().Any()).Select(static node => node.OpType)
            .Distinct().ToList();
        if (holders.Count > 0)
        {
            text.AppendLine();
            Line(
                text,
                $"not counted: MACs and activations in the bodies of {string.Join(", ", holders)}, whose weights are "
                    + "counted");
        }
        var unknown = cost.Nodes.Where(
            node => (node.Macs is null && !holders.Contains(node.Operator)) || node.ActivationBytes is null).ToList();
        if (unknown.Count > 0)
        {
            text.AppendLine();
            Line(
                text,
                $"not known: the shapes of {unknown.Count} nodes "
                    + $"({string.Join(", ", unknown.Select(static n => n.Operator).Distinct())}), "
                + "which the totals leave out; give sizes for the dynamic axes");
        }
        return text.ToString();
    }

    private static IEnumerable<NodeProto> Bodies(GraphProto graph)
        => graph.Node.SelectMany(static node => node.Subgraphs())
        .SelectMany(static body => body.Node.Concat(Bodies(body)));

    private static void CheckAxes(OnnxModel model, IReadOnlyDictionary<string, long>? sizes)
    {
        if (sizes is null || sizes.Count == 0)
        {
            return;
        }

        var values = model.Inputs.Concat(model.Outputs).Concat(model.Graph.ValueInfo);
        var axes = values.SelectMany(static value => OnnxDimension.ShapeOf(value) ?? [])
            .Where(static dim => dim.Symbol is not null)
            .SelectMany(static dim => SizePolynomial.Parse(dim.Symbol!).Symbols).Distinct().ToList();
        string[] unknown = [.. sizes.Keys.Except(axes)];
        if (unknown.Length > 0)
        {
            throw new ArgumentException(
                $"{model.Graph.Name}: expected sizes of "
                + (axes.Count > 0
                    ? $"the axes {string.Join(", ", axes)}, "
                    : "named axes, of which the model has none, ")
                + $"got {string.Join(", ", unknown.Select(static name => $"'{name}'"))}", nameof(sizes));
        }
    }

    private static void Table(StringBuilder text, ModelCost cost)
    {
        string[] header = ["node", "operator", "output", "parameters", "MACs", "activation bytes"];
        var rows = cost.Nodes.Select(static node => new[]
        {
            node.Name, node.Operator, node.Output?.ToString() ?? "?", Number(node.Parameters),
            node.Macs?.ToString() ?? "?",
            node.ActivationBytes?.ToString() ?? "?",
        }).Prepend(header).ToList();
        int[] widths = [.. Enumerable.Range(0, header.Length).Select(column => rows.Max(row => row[column].Length))];
        foreach (string[] row in rows)
        {
            // Names to the left, counts to the right.
            var cells = row.Select(
                (cell, column) => column < 3 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]));
            Line(text, string.Join("  ", cells).TrimEnd());
        }
    }

    private static void Line(StringBuilder text, string line) => text.Append(line).Append('\n');

    // A module tree or a thousand labels would bury the rest.
    private static string Short(string value)
        => value.Length <= 100 ? value : $"{value[..100]}… ({value.Length} characters)";

    private static string Opset(OperatorSetIdProto set)
        => $"{(set.Domain.Length > 0 ? set.Domain : "ai.onnx")} {set.Version}";

    private static string Describe(ValueInfoProto value) =>
        $"{value.Name} {new OnnxShape(value.ElementType(), OnnxDimension.ShapeOf(value))}";

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
