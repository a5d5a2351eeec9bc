using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Samples;

/// <summary>What is to be predicted for each row: the index of a class, or a number.</summary>
public sealed class Target
{
    private const int MostIntegerClasses = 20, MostClasses = 1000;

    private Target(TabularTask task, double[] values, IReadOnlyList<string> classes)
        => (Task, Values, Classes) = (task, values, classes);

    /// <summary>Classes or numbers.</summary>
    public TabularTask Task { get; }

    /// <summary>One a row: the index of its class, or its number. Not to be changed.</summary>
    public IReadOnlyList<double> Rows => Values;

    /// <summary>Names of the classes by index, in order; empty for numbers.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Number of rows.</summary>
    public int Count => Values.Length;

    internal double[] Values { get; }

    /// <summary>Columns of a prediction: one a class, or one.</summary>
    internal int Outputs => Task == TabularTask.Classification ? Classes.Count : 1;

    /// <summary>Numbers to be predicted.</summary>
    /// <exception cref="ArgumentException">One is not finite.</exception>
    public static Target OfNumbers(double[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return Array.FindIndex(values, static v => !double.IsFinite(v)) is >= 0 and var row
            ? throw new ArgumentException(
                $"row {row + 1}: expected a finite number as target, got {values[row]}.", nameof(values))
            : new Target(TabularTask.Regression, values, []);
    }

    /// <summary>Classes to be predicted.</summary>
    /// <param name="indices">The class of each row.</param>
    /// <param name="classes">Their names, at least two.</param>
    /// <exception cref="ArgumentException">An index is out of range, or there are fewer than two classes.</exception>
    public static Target OfClasses(int[] indices, IReadOnlyList<string> classes)
    {
        ArgumentNullException.ThrowIfNull(indices);
        ArgumentNullException.ThrowIfNull(classes);
        if (classes.Count < 2)
        {
            throw new ArgumentException($"expected at least two classes, got {classes.Count}.", nameof(classes));
        }

        return Array.FindIndex(indices, i => (uint)i >= (uint)classes.Count) is >= 0 and var row
            ? throw new ArgumentException(
                $"row {row + 1}: expected a class below {classes.Count}, got {indices[row]}.", nameof(indices))
            : new Target(TabularTask.Classification, Array.ConvertAll(indices, static i => (double)i), classes);
    }

    /// <summary>The target that a column holds.</summary>
    /// <param name="column">No cell may be missing.</param>
    /// <param name="task">Null takes categories, booleans and at most 20 different whole numbers for classes, and other
    /// numbers for numbers.</param>
    /// <exception cref="InvalidDataException">A cell is missing, the column is constant, a class has one row alone,
    /// there are more than 1000 classes, or texts are to be numbers.</exception>
    public static Target Of(Column column, TabularTask? task = null)
    {
        ArgumentNullException.ThrowIfNull(column);
        for (var row = 0; row < column.Count; row++)
        {
            if (column.IsMissing(row))
            {
                throw Fault(
                    column, $"row {row + 1}: expected a label in every row, got a missing cell; leave the row out");
            }
        }

        task ??= IsClasses(column) ? TabularTask.Classification : TabularTask.Regression;
        if (task == TabularTask.Regression)
        {
            return column is NumberColumn { Kind: ColumnKind.Number } numbers
                ? IsConstant(numbers.Values) ? throw Fault(column, $"every row has the same label {numbers.Values[0]}")
                    : OfNumbers(numbers.Values.ToArray())
                : throw Fault(column, $"expected numbers for regression, got {column.Kind}");
        }

        var (first, codes) = column is NumberColumn cells
            ? Encode(cells.Values) : Encode<string>(((StringColumn)column).Values!);
        if (first.Length > MostClasses)
        {
            throw Fault(
                column, $"expected at most {MostClasses} classes, got {first.Length}; see whether it is an "
                    + "identifier, or predict numbers");
        }

        if (first.Length < 2)
        {
            throw Fault(column, $"every row has the same label '{column.Text(0)}'");
        }

        var order = Order(column, first);
        var ranks = new double[order.Length];
        for (var rank = 0; rank < order.Length; rank++)
        {
            ranks[order[rank]] = rank;
        }

        for (var row = 0; row < codes.Length; row++)
        {
            codes[row] = ranks[(int)codes[row]];
        }

        var target = new Target(
            TabularTask.Classification, codes, Array.ConvertAll(order, code => column.Text(first[code])!));
        return Array.IndexOf(target.ClassCounts(), 1) is >= 0 and var rare
            ? throw Fault(
                column, $"row {first[order[rare]] + 1} is the only one of class '{target.Classes[rare]}'; "
                    + "expected at least two rows a class")
            : target;
    }

    // The first row of each different cell, and which of these a row's cell is equal to. Rows may be many: they get no
    // text of their own.
    private static (int[] First, double[] Codes) Encode<T>(ReadOnlySpan<T> cells)
        where T : notnull
    {
        var known = new Dictionary<T, int>();
        List<int> first = [];
        var codes = new double[cells.Length];
        for (var row = 0; row < codes.Length; row++)
        {
            if (!known.TryGetValue(cells[row], out var code))
            {
                known[cells[row]] = code = first.Count;
                first.Add(row);
            }

            codes[row] = code;
        }

        return ([.. first], codes);
    }

    // Classes by number or, where they are texts, by letter.
    private static int[] Order(Column column, int[] first)
    {
        int[] order = [.. Enumerable.Range(0, first.Length)];
        if (column is NumberColumn numbers)
        {
            Array.Sort(Array.ConvertAll(first, row => numbers.Values[row]), order);
        }
        else
        {
            Array.Sort(Array.ConvertAll(first, row => column.Text(row)), order, StringComparer.Ordinal);
        }

        return order;
    }

    /// <summary>The given rows, in their order.</summary>
    public Target Take(ReadOnlySpan<int> rows)
    {
        var values = new double[rows.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Values[rows[i]];
        }

        return new Target(Task, values, Classes);
    }

    /// <summary>Weights that give every class the same sum: n / (classes × rows of the class), as scikit-learn's
    /// <c>balanced</c>.</summary>
    /// <exception cref="InvalidOperationException">The target is no class.</exception>
    public double[] BalancedWeights()
    {
        var counts = Task == TabularTask.Classification ? ClassCounts()
            : throw new InvalidOperationException("balanced weights: expected classes, got numbers.");
        return Array.ConvertAll(Values, v => (double)Count / (counts.Length * counts[(int)v]));
    }

    internal int[] ClassCounts()
    {
        var counts = new int[Classes.Count];
        foreach (var value in Values)
        {
            counts[(int)value]++;
        }

        return counts;
    }

    private static bool IsClasses(Column column)
    {
        if (column is not NumberColumn { Kind: ColumnKind.Number } numbers)
        {
            return true;
        }

        HashSet<double> seen = [];
        foreach (var value in numbers.Values)
        {
            seen.Add(value);
            if (value != Math.Floor(value) || seen.Count > MostIntegerClasses)
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsConstant(ReadOnlySpan<double> values) => !values.ContainsAnyExcept(values[0]);

    private static InvalidDataException Fault(Column column, string what) => new($"label '{column.Name}': {what}.");
}
