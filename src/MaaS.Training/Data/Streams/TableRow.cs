using System.Globalization;

namespace MaaS.Training.Data.Streams;

/// <summary>One row of a table: the columns that were asked for.</summary>
/// <param name="file">Path of its file.</param>
/// <param name="number">1 for the first row that is data; of a file with lines, the row's line or record.</param>
internal abstract class TableRow(string file, long number)
{
    /// <summary>File and row, for messages.</summary>
    public string Place => $"{file}: row {number}";

    /// <summary>Why the row cannot be used, with what was expected; null where it can.</summary>
    public abstract string? Fault { get; }

    /// <summary>A value: a string, a double, a truth value, or null.</summary>
    /// <param name="column">Index among the columns that were asked for.</param>
    public abstract object? Value(int column);

    /// <summary>A value as text; null where there is none.</summary>
    public string? Text(int column)
        => Value(column) switch
        {
            null => null,
            string text => text,
            bool value => value ? "true" : "false",
            IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
            var value => value.ToString(),
        };

    /// <summary>A value as a number; null where there is none.</summary>
    /// <exception cref="InvalidDataException">It is no finite number.</exception>
    public double? Number(int column, string name)
    {
        var value = Value(column);
        var number = value switch
        {
            double d => d,
            long whole => whole,
            bool b => b ? 1 : 0,
            string text when string.IsNullOrWhiteSpace(text) => null,
            string text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var d)
                ? d : double.NaN,
            _ => (double?)null,
        };
        return number is null || float.IsFinite((float)number.Value)
            ? number
            : throw new InvalidDataException($"column '{name}': expected a finite number, got '{value}'");
    }
}
