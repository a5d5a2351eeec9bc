using MaaS.Onnx.Inference;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Export;

/// <summary>Columns of a table as the inputs of an exported model.</summary>
public static class TableInputs
{
    /// <summary>One tensor an input, in the model's order.</summary>
    /// <param name="table">Has a column for each input; others are not looked at.</param>
    /// <param name="inputs">The model's inputs.</param>
    /// <exception cref="KeyNotFoundException">A column is missing.</exception>
    /// <exception cref="InvalidDataException">A column's cells are of another type than the input.</exception>
    public static TensorValue[] Of(Table table, IReadOnlyList<TensorSpec> inputs)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(inputs);
        return [.. inputs.Select(input => Of(table[input.Name], input))];
    }

    private static TensorValue Of(Column column, TensorSpec input) => (column, input.Type) switch
    {
        (NumberColumn { Kind: not ColumnKind.Date } numbers, ElementType.Float64)
            => TensorValue.Of(numbers.Values.ToArray(), column.Count),
        (StringColumn or { Kind: ColumnKind.Date }, ElementType.String) => TensorValue.OfStrings(
            [.. Enumerable.Range(0, column.Count).Select(row => column.Text(row) ?? "")], column.Count),
        _ => throw new InvalidDataException(
            $"column '{column.Name}': expected {input.Description()}, got {column.Kind}."),
    };
}
