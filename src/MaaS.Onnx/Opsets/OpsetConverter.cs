using System.Collections.Frozen;
using MaaS.Onnx.Passes;
using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Opsets;

/// <summary>
/// Brings models of the operator sets 7 to 12 to <see cref="Target"/>, the first in which quantization can be written.
/// Only operators that changed meaning on the way are rewritten; what they compute stays the same.
/// </summary>
/// <remarks>The specification's <c>docs/Changelog.md</c> and <c>onnx/version_converter/adapters</c>.</remarks>
public static class OpsetConverter
{
    /// <summary>The oldest operator set that is read.</summary>
    public const int Oldest = 7;

    /// <summary>The operator set that older models become.</summary>
    public const int Target = 13;

    // The IR version that came with opset 13; initializers need not be inputs from 4 on.
    private const int TargetIrVersion = 7;
    private const int InitializersAreInputs = 3;

    private static readonly FrozenDictionary<string, IOpsetRule> ByType = new IOpsetRule[]
    {
        new AxesRule(), new BatchNormalizationRule(), new ClipRule(), new DropoutRule(),
        new MeanVarianceNormalizationRule(), new PadRule(), new ResizeRule(), new ScanRule(), new ScatterRule(),
        new SliceRule(), new SoftmaxRule(), new SplitRule(), new TopKRule(), new UpsampleRule(),
    }.SelectMany(static rule => rule.OpTypes.Select(type => KeyValuePair.Create(type, rule))).ToFrozenDictionary();

    /// <summary>Operators that are rewritten or refused, sorted; all others mean the same in every version from 7 to
    /// 13.</summary>
    public static IReadOnlyList<string> Operators { get; } = [.. ByType.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Converts a model in place; a model of opset 13 or newer stays as it is. Constants are folded first, and
    /// initializers that a model of IR version 3 lists among its inputs are inputs no more.</summary>
    /// <returns>Whether anything changed.</returns>
    /// <exception cref="NotSupportedException">The opset is older than 7, or an operator cannot be converted; the
    /// message names the node.</exception>
    /// <exception cref="Inference.InferenceException">ONNX Runtime refuses the model.</exception>
    public static bool Convert(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        bool changed = DropInputsOfInitializers(model);
        long opset = model.Opset;
        if (opset >= Target)
        {
            return changed;
        }
        if (opset < Oldest)
        {
            throw new NotSupportedException(
                $"opset conversion: expected opset {Oldest} or newer, got {opset}; export the model again with a "
                + "newer opset");
        }
        if (model.Proto.Functions.Count > 0)
        {
            throw new NotSupportedException(
                $"opset conversion: expected a model without functions of its own, got "
                + $"{model.Proto.Functions[0].Name}; inline them first");
        }
        new ConstantFolding().Run(model);
        Convert(model.Graph, new OpsetScope(model));
        foreach (var set in model.Proto.OpsetImport.Where(static set => set.Domain is "" or "ai.onnx"))
        {
            set.Version = Target;
        }
        model.Proto.IrVersion = Math.Max(model.Proto.IrVersion, TargetIrVersion);
        return true;
    }

    private static void Convert(GraphProto graph, OpsetScope scope)
    {
        var writer = new OpsetWriter(graph, scope);
        foreach (var node in graph.Node)
        {
            foreach (var body in node.Subgraphs())
            {
                Convert(body, scope);
            }
            if (!node.IsStandard() || StandardOperators.Unchanged.Contains(node.OpType))
            {
                writer.Keep(node);
            }
            else if (ByType.TryGetValue(node.OpType, out var rule))
            {
                rule.Convert(node, writer);
            }
            else
            {
                throw new NotSupportedException(
                    $"opset conversion: {node.Describe()} of opset {scope.Opset} is not known; export the model "
                    + $"with opset {Target} or newer");
            }
        }
        writer.Finish();
    }

    private static bool DropInputsOfInitializers(OnnxModel model)
    {
        if (model.Proto.IrVersion > InitializersAreInputs)
        {
            return false;
        }
        var inputs = model.Inputs.ToList();
        model.Graph.Input.Clear();
        model.Graph.Input.Add(inputs);
        model.Proto.IrVersion = TargetIrVersion;
        return true;
    }
}
