using System.Globalization;
using System.Text;
using MaaS.Core.Onnx.Costs;
using MaaS.Core.Onnx.Schema;

namespace MaaS.Core.Onnx;

/// <summary>A model as text: inputs, outputs, operators, what each layer costs, and what cannot be known.</summary>
public static class ModelSummary
{
    /// <summary>Describes a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="sizes">Sizes of dynamic axes by name; the others stay symbols.</param>
    public static string Describe(OnnxModel model, IReadOnlyDictionary<string, long>? sizes = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        var cost = CostModel.Compute(model, sizes);
        var text = new StringBuilder();
        string producer = $"{model.Proto.ProducerName} {model.Proto.ProducerVersion}".Trim();
        Line(text, $"graph       {model.Graph.Name}");
        Line(text, $"producer    {(producer.Length > 0 ? producer : "not named")}");
        Line(text, $"IR, opset   {model.Proto.IrVersion}, {string.Join(", ", model.Proto.OpsetImport.Select(Opset))}");
        foreach (var input in model.Inputs) Line(text, $"input       {Describe(input)}");
        foreach (var output in model.Outputs) Line(text, $"output      {Describe(output)}");
        var operators = model.Graph.Node.CountBy(static node => node.OpType).OrderByDescending(static pair => pair.Value)
            .ThenBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => $"{pair.Key} {pair.Value}");
        Line(text, $"operators   {model.Graph.Node.Count}: {string.Join(", ", operators)}");
        Line(text, $"parameters  {Number(cost.Parameters)} ({Number(cost.WeightBytes)} bytes)");
        Line(text, $"MACs        {cost.Macs}");
        Line(text, $"activations {cost.ActivationBytes} bytes");
        foreach (var entry in model.Proto.MetadataProps) Line(text, $"metadata    {entry.Key}: {Short(entry.Value)}");
        text.AppendLine();
        Table(text, cost);
        var unknown = cost.Nodes.Where(static node => node.Macs is null || node.ActivationBytes is null).ToList();
        if (unknown.Count > 0)
        {
            text.AppendLine();
            Line(text, $"not known: the shapes of {unknown.Count} nodes ({string.Join(", ", unknown.Select(static n => n.Operator).Distinct())}), "
                + "which the totals leave out; give sizes for the dynamic axes");
        }
        return text.ToString();
    }

    private static void Table(StringBuilder text, ModelCost cost)
    {
        string[] header = ["node", "operator", "output", "parameters", "MACs", "activation bytes"];
        var rows = cost.Nodes.Select(static node => new[]
        {
            node.Name, node.Operator, node.Output?.ToString() ?? "?", Number(node.Parameters), node.Macs?.ToString() ?? "?",
            node.ActivationBytes?.ToString() ?? "?",
        }).Prepend(header).ToList();
        int[] widths = [.. Enumerable.Range(0, header.Length).Select(column => rows.Max(row => row[column].Length))];
        foreach (string[] row in rows)
        {
            // Names to the left, counts to the right.
            var cells = row.Select((cell, column) => column < 3 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]));
            Line(text, string.Join("  ", cells).TrimEnd());
        }
    }

    private static void Line(StringBuilder text, string line) => text.Append(line).Append('\n');

    // A module tree or a thousand labels would bury the rest.
    private static string Short(string value) => value.Length <= 100 ? value : $"{value[..100]}… ({value.Length} characters)";

    private static string Opset(OperatorSetIdProto set) => $"{(set.Domain.Length > 0 ? set.Domain : "ai.onnx")} {set.Version}";

    private static string Describe(ValueInfoProto value) =>
        $"{value.Name} {new OnnxShape(value.ElementType(), OnnxDimension.ShapeOf(value))}";

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
