using System.Text.Json;
using MaaS.Tabular.Cleaning;
using MaaS.Tabular.DataSets;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Selection;
using MaaS.Tabular.Tables;

/// <summary>A data set, its folds, and what the others made of them.</summary>
/// <param name="Name">The data set.</param>
/// <param name="Table">All rows, without columns that are no features.</param>
/// <param name="Label">The column to predict.</param>
/// <param name="Task">Classes or numbers.</param>
/// <param name="Tests">The rows of each fold.</param>
/// <param name="Others">Learners by name, in their order.</param>
internal sealed record Contest(
    string Name, Table Table, string Label, TabularTask Task, int[][] Tests, IReadOnlyList<Contender> Others)
{
    private static readonly string[] FromScikitLearn = ["breast-cancer", "wine", "digits", "diabetes"];

    /// <summary>Every data set that is there.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. FromScikitLearn, "penguins", "cars", "movies", "birdstrikes"];

    /// <summary>Writes a table of MaaS's for the others to read; nothing of those that scikit-learn brings.</summary>
    public static async Task WriteAsync(string folder, string name)
    {
        if (FromScikitLearn.Contains(name))
        {
            return;
        }

        var (table, label, task) = await ReadAsync(name);
        await File.WriteAllTextAsync(Path.Combine(folder, $"{name}.table.json"), JsonSerializer.Serialize(new
        {
            classes = task == TabularTask.Classification,
            label = Cells(table[label]),
            columns = table.Without(label).Columns.Select(static c => new { kind = $"{c.Kind}", cells = Cells(c) }),
        }));
    }

    /// <summary>Reads what the others left.</summary>
    public static async Task<Contest> ReadAsync(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync($"{path}.json"));
        var task = json.RootElement.GetProperty("classes").GetBoolean()
            ? TabularTask.Classification : TabularTask.Regression;
        var (table, label, _) = FromScikitLearn.Contains(name)
            ? (await TableReader.ReadAsync($"{path}.csv"), "y", task) : await ReadAsync(name);
        return new Contest(
            name, table, label, task, json.RootElement.GetProperty("folds").Deserialize<int[][]>()!,
            [
                .. json.RootElement.GetProperty("results").EnumerateObject().Select(static r => new Contender(
                    r.Name, r.Value.GetProperty("scores").Deserialize<double[]>()!,
                    r.Value.GetProperty("costs").Deserialize<double[][]>()!,
                    r.Value.GetProperty("seconds").GetDouble())),
            ]);
    }

    /// <summary>The folds as splits of all rows.</summary>
    public Split[] Splits() =>
        [.. Tests.Select(test => new Split([.. Enumerable.Range(0, Table.Rows).Except(test)], test))];

    private static async Task<(Table Table, string Label, TabularTask Task)> ReadAsync(string name)
    {
        var set = TabularDataSet.Find(name) ?? throw new ArgumentException(
            $"expected one of {string.Join(", ", Names)}, got '{name}'.");
        var table = new DropMissing(set.Label).Apply((await set.ReadAsync()).Without(set.Ignore)).Table;
        return (table, set.Label, Target.Of(table[set.Label]).Task);
    }

    // Numbers, booleans and dates as numbers; null where a cell is missing.
    private static IEnumerable<object?> Cells(Column column) => Enumerable.Range(0, column.Count).Select(
        row => column.IsMissing(row) ? null : column is NumberColumn n ? (object)n.Values[row] : column.Text(row));
}

/// <summary>What one of the others came to.</summary>
/// <param name="Name">The learner.</param>
/// <param name="Scores">Accuracy or RMSE of each fold.</param>
/// <param name="Costs">Log loss or squared error of each row of each fold.</param>
/// <param name="Seconds">Median of the processor time of a fit.</param>
internal sealed record Contender(string Name, double[] Scores, double[][] Costs, double Seconds);
