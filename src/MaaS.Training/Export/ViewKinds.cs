using MaaS.Training.Tracing;

namespace MaaS.Training.Export;

/// <summary>Which ATen operators give a tensor that shares memory with their <c>self</c>.</summary>
internal static class ViewKinds
{
    private static readonly HashSet<string> Always =
    [
        "aten::alias", "aten::as_strided", "aten::chunk", "aten::detach", "aten::diagonal", "aten::expand",
        "aten::expand_as", "aten::movedim", "aten::moveaxis", "aten::narrow", "aten::permute", "aten::select",
        "aten::slice", "aten::split", "aten::split_with_sizes", "aten::squeeze", "aten::swapaxes", "aten::swapdims",
        "aten::t", "aten::numpy_T", "aten::mT", "aten::tensor_split", "aten::transpose", "aten::unbind",
        "aten::unflatten", "aten::unfold", "aten::unsqueeze", "aten::view", "aten::view_as",
    ];

    /// <summary>Whether the operator gives another look at the same elements and writes none, as <c>unsqueeze_</c>
    /// does.</summary>
    public static bool OnlyLooks(string plainName) => Always.Contains(plainName);

    /// <summary>Whether this call gave a view.</summary>
    public static bool Aliases(TracedOperator op, TracedTensor source, bool sourceIsContiguous, TracedValue result) =>
        op.Name switch
        {
            "aten::contiguous" or "aten::reshape" or "aten::reshape_as" or "aten::flatten" or "aten::ravel" =>
                sourceIsContiguous || !result.IsContiguous,
            "aten::to" or "aten::type_as" => source.Type == result.Type && !Copies(op),
            var name => Always.Contains(name),
        };

    private static bool Copies(TracedOperator op) =>
        op.Arguments.GetValueOrDefault("copy") is Argument.Flag { Value: true };
}
