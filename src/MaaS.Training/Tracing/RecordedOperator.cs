namespace MaaS.Training.Tracing;

/// <summary>An operator that ran.</summary>
/// <param name="Name">ATen's name, such as <c>aten::item</c>.</param>
/// <param name="Overload">The overload, such as <c>Tensor</c>; may be empty.</param>
/// <param name="ModulePath">The submodule that ran it; empty for the module itself.</param>
/// <param name="Depth">Inside how many operators it ran; 0 for those that C# called.</param>
internal sealed record RecordedOperator(string Name, string Overload, string ModulePath, int Depth)
{
    // Operators that hand values of tensors to C#, which the tracer cannot follow.
    private static readonly HashSet<string> Reads =
        ["aten::item", "aten::_local_scalar_dense", "aten::is_nonzero", "aten::equal", "aten::allclose"];

    /// <summary>Whether it told C# what a tensor holds.</summary>
    public bool IsValueRead => Depth == 0 && Reads.Contains(Name);
}
