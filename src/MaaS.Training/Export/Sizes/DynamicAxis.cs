using MaaS.Training.Tracing;

namespace MaaS.Training.Export.Sizes;

/// <summary>An axis of a graph input whose size is chosen at run time.</summary>
/// <param name="Symbol">Its name, such as <c>batch</c>.</param>
/// <param name="Input">The input that has it.</param>
/// <param name="Axis">Which of its axes.</param>
/// <param name="Size">Its sizes in the traced runs.</param>
internal sealed record DynamicAxis(string Symbol, string Input, int Axis, TracedSize Size)
{
    /// <summary>The axis as an expression.</summary>
    public SizeExpression.Measured Expression => new(Input, Axis, Size, Symbol);
}
