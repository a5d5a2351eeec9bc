namespace MaaS.Training.Tracing;

/// <summary>That a forward function asked a tensor for its value.</summary>
/// <param name="Operator">How, such as <c>aten::item</c>.</param>
/// <param name="After">The operator that ran before, which most often made the tensor; empty for none.</param>
/// <param name="ModulePath">The submodule that asked; empty for the module itself.</param>
internal sealed record ValueRead(string Operator, string After, string ModulePath)
{
    public override string ToString() =>
        $"{Operator}{(After.Length > 0 ? $" after {After}" : "")} in {TracingException.Place(ModulePath)}";
}
