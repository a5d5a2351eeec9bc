using System.Collections.Frozen;
using MaaS.Training.Tracing.LibTorch;

namespace MaaS.Training.Tracing;

/// <summary>Gives every operator one name: torch has several for some.</summary>
/// <remarks>The names are those of libtorch's own normalization of graphs, where their arguments are the
/// same.</remarks>
internal static class OperatorAliases
{
    private static readonly FrozenDictionary<string, string> Names = new Dictionary<string, string>
    {
        ["absolute"] = "abs",
        ["arccos"] = "acos",
        ["arccosh"] = "acosh",
        ["arcsin"] = "asin",
        ["arcsinh"] = "asinh",
        ["arctan"] = "atan",
        ["arctan2"] = "atan2",
        ["arctanh"] = "atanh",
        ["clip"] = "clamp",
        ["concat"] = "cat",
        ["concatenate"] = "cat",
        ["divide"] = "div",
        ["fix"] = "trunc",
        ["ger"] = "outer",
        ["greater"] = "gt",
        ["greater_equal"] = "ge",
        ["inverse"] = "linalg_inv",
        ["less"] = "lt",
        ["less_equal"] = "le",
        ["linalg_det"] = "det",
        ["linalg_matmul"] = "matmul",
        ["moveaxis"] = "movedim",
        ["multiply"] = "mul",
        ["negative"] = "neg",
        ["not_equal"] = "ne",
        ["row_stack"] = "vstack",
        ["special_digamma"] = "digamma",
        ["special_erf"] = "erf",
        ["special_erfc"] = "erfc",
        ["special_erfinv"] = "erfinv",
        ["special_exp2"] = "exp2",
        ["special_expit"] = "sigmoid",
        ["special_expm1"] = "expm1",
        ["special_gammaln"] = "lgamma",
        ["special_i0"] = "i0",
        ["special_log1p"] = "log1p",
        ["special_log_softmax"] = "log_softmax",
        ["special_logit"] = "logit",
        ["special_logsumexp"] = "logsumexp",
        ["special_psi"] = "digamma",
        ["special_sinc"] = "sinc",
        ["special_softmax"] = "softmax",
        ["special_xlogy"] = "xlogy",
        ["subtract"] = "sub",
        ["swapaxes"] = "transpose",
        ["swapdims"] = "transpose",
        ["true_divide"] = "div",
    }.ToFrozenDictionary();

    // Where an alias names its arguments in its own way.
    private static readonly FrozenDictionary<string, string> Arguments = new Dictionary<string, string>
    {
        ["axis0"] = "dim0",
        ["axis1"] = "dim1",
    }.ToFrozenDictionary();

    /// <summary>The node under its operator's one name.</summary>
    public static TraceNode Resolve(TraceNode node)
    {
        const string Namespace = "aten::";
        if (!node.Op.StartsWith(Namespace, StringComparison.Ordinal))
        {
            return node;
        }

        if (node.Op == "aten::zeros" && node.Schema is { Overload: "out" } schema)
        {
            // TorchSharp's zero_() is zeros(sizes, out: self).
            var self = node.Inputs[schema.Arguments.ToList().IndexOf("out")];
            var zero = new OperatorSchema("", ["self"], Writes: true);
            return node with { Op = "aten::zero_", Schema = zero, Inputs = [self] };
        }

        if (node.Op == "aten::scalar_tensor" && node.Schema is null)
        {
            // libtorch finds no overload where the number is a bool.
            string[] arguments = ["s", "dtype", "layout", "device", "pin_memory"];
            return node with { Schema = new OperatorSchema("", arguments, Writes: false) };
        }

        var name = node.Op[Namespace.Length..];
        var inPlace = name.EndsWith('_') && !name.EndsWith("__", StringComparison.Ordinal);
        if (!Names.TryGetValue(inPlace ? name[..^1] : name, out var resolved))
        {
            return node;
        }

        return node with
        {
            Op = Namespace + resolved + (inPlace ? "_" : ""),
            Schema = node.Schema is { } known
                ? known with { Arguments = [.. known.Arguments.Select(static a => Arguments.GetValueOrDefault(a, a))] }
                : null,
        };
    }
}
