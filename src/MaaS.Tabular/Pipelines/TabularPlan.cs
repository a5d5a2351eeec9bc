using MaaS.Tabular.Cleaning;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Selection;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Pipelines;

/// <summary>The rows that are learned from, those that are held back, and the splits by which candidates are compared
/// and learners are tuned.</summary>
internal sealed record TabularPlan(
    Table Train, Target TrainTarget, Table Test, Target TestTarget, IReadOnlyList<Split> Splits,
    IReadOnlyList<Split> TuningSplits, IReadOnlyList<string> Notes)
{
    /// <summary>Below it cross-validation is repeated, and what it says is much of it chance.</summary>
    public const int FewRows = 1000;

    private const int RepeatsOfFewRows = 5, TuningSeed = 7919;

    // Above this share rows that are equal are taken for what the data is like: without them its shares would be
    // others.
    private const double MostDuplicates = 0.05;

    public static TabularPlan Make(Table table, TabularTrainerOptions options)
    {
        List<string> notes = [];
        // Equal rows on both sides would be known already when they are measured.
        ICleaningStep[] steps =
        [
            new DropDuplicates([.. options.Ignore]),
            // What is ignored is put aside by name at the end.
            new DropConstantColumns([.. options.Ignore, options.Label, options.Group ?? "", options.Time ?? ""]),
        ];
        foreach (var step in options.HeldBack is null ? steps : steps[1..])
        {
            var cleaned = step.Apply(table);
            if (step is DropDuplicates && cleaned.Rows > MostDuplicates * table.Rows)
            {
                notes.Add(
                    $"{cleaned.Rows} of {table.Rows} rows are equal to others and stay, because so many are hardly "
                        + $"copies "
                        + "by mistake; equal rows on both sides of a split make scores look better than they are");
                continue;
            }

            table = cleaned.Table;
            if (cleaned.Rows > 0)
            {
                var what = cleaned.Columns.Count > 0 ? string.Join(", ", cleaned.Columns) : $"{cleaned.Rows} rows";
                notes.Add($"{cleaned.Step}: {what} left out");
            }
        }

        if (options.Time is { } time)
        {
            table = table.Take(Order(table[time]));
        }

        var target = Target.Of(table[options.Label], options.Task);
        notes.Add(target.Task == TabularTask.Classification
            ? $"label '{options.Label}': "
                + $"{string.Join(", ", target.Classes.Zip(target.ClassCounts(), static (c, n) => $"{c} {n}"))}"
            : $"label '{options.Label}': numbers from {target.Values.Min():g4} to {target.Values.Max():g4}, mean "
                + $"{target.Values.Average():g4}");
        var held = HoldOut(table, target, options);
        notes.AddRange(Held(table, held, options));
        var (train, trainTarget) = (table.Take(held.Train), target.Take(held.Train));
        var splits = options switch
        {
            { Time: not null } => Selection.Splits.TimeOrdered(Times(train, options), options.Folds),
            { Group: { } group } => Selection.Splits.Grouped(train[group], options.Folds, options.Seed),
            _ => Selection.Splits.Repeated(
                trainTarget, options.Folds, options.Repeats ?? (train.Rows < FewRows ? RepeatsOfFewRows : 1),
                options.Seed),
        };
        // What tuning chose by chance on its splits, others show.
        var tuningSplits = options is { Time: null, Group: null }
            ? Selection.Splits.Stratified(trainTarget, options.Folds, unchecked(options.Seed + TuningSeed)) : splits;
        string[] aside =
            [.. options.Ignore.Append(options.Label).Concat(options.Group is { } g ? [g] : [])
                .Distinct()];
        return new TabularPlan(
            train.Without(aside), trainTarget, table.Take(held.Test).Without(aside), target.Take(held.Test), splits,
            tuningSplits, notes);
    }

    private static Split HoldOut(Table table, Target target, TabularTrainerOptions options)
    {
        if (options.HeldBack is { } held)
        {
            var test = held.Distinct().Order().ToArray();
            return test.Length > 0 && test.Length < table.Rows && test[0] >= 0 && test[^1] < table.Rows
                ? new Split([.. Enumerable.Range(0, table.Rows).Except(test)], test)
                : throw new ArgumentException(
                    $"HeldBack: expected some of the rows 0 to {table.Rows - 1}, got {test.Length} from "
                        + $"{test.FirstOrDefault()} to {test.LastOrDefault()}.", nameof(options));
        }

        return options switch
        {
            { Time: not null } => Selection.Splits.HoldOutLatest(Times(table, options), options.TestShare),
            { Group: { } group } => Selection.Splits.HoldOutGroups(table[group], options.TestShare, options.Seed),
            _ => Selection.Splits.HoldOut(target, options.TestShare, options.Seed),
        };
    }

    // The share that came out where whole times or groups are held back.
    private static IEnumerable<string> Held(Table table, Split held, TabularTrainerOptions options)
    {
        var rows = $"{held.Test.Length} of {table.Rows} rows";
        if (options.Time is { } time)
        {
            yield return $"time '{time}': {rows} are held back, from {table[time].Text(held.Test[0])} on";
        }

        if (options.Group is { } name)
        {
            var groups = table[name];
            int Count(IEnumerable<int> of) => of.Select(groups.Text).Distinct(StringComparer.Ordinal).Count();
            yield return $"group '{name}': {Count(held.Test)} of {Count(Enumerable.Range(0, table.Rows))} groups are "
                + $"held back, {rows}";
        }
    }

    private static double[] Times(Table table, TabularTrainerOptions options)
        => ((NumberColumn)table[options.Time!]).Values.ToArray();

    private static int[] Order(Column time)
    {
        var values = time is NumberColumn numbers
            ? numbers.Values.ToArray()
            : throw new InvalidDataException($"time '{time.Name}': expected dates or numbers, got {time.Kind}.");
        int[] order = [.. Enumerable.Range(0, values.Length).OrderBy(r => values[r])];
        return Array.FindIndex(values, double.IsNaN) is >= 0 and var row
            ? throw new InvalidDataException(
                $"time '{time.Name}': row {row + 1}: expected a value in every row, got a missing cell.")
            : order;
    }
}
