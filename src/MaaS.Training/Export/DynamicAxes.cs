using System.Collections;

namespace MaaS.Training.Export;

/// <summary>Which axes of the inputs may have any size at run time, by name: axes of the same name have the same size.
/// <code>new DynamicAxes { { "input", 0, "batch" }, { "input", 1, "sequence" } }</code></summary>
public sealed class DynamicAxes : IEnumerable<(string Input, int Axis, string Symbol)>
{
    private readonly List<(string Input, int Axis, string Symbol)> _axes = [];

    /// <summary>Declares an axis.</summary>
    /// <param name="input">The input's name.</param>
    /// <param name="axis">The axis; negative ones count from the last.</param>
    /// <param name="symbol">The size's name, such as <c>batch</c>; or the sum of other axes' names, such as
    /// <c>past + sequence</c>, for an axis that is as long as they are together.</param>
    public void Add(string input, int axis, string symbol)
    {
        ArgumentException.ThrowIfNullOrEmpty(input);
        ArgumentException.ThrowIfNullOrEmpty(symbol);
        _axes.Add((input, axis, symbol));
    }

    /// <inheritdoc/>
    public IEnumerator<(string Input, int Axis, string Symbol)> GetEnumerator() => _axes.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
