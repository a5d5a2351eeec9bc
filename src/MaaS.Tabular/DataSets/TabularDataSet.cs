using MaaS.Primitives.Files;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.DataSets;

/// <summary>A table that <c>./maas setup --with-tables</c> fetches; data/README.md has origin and licence.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="File">Its file in the cache.</param>
/// <param name="Label">The column that is predicted where nothing else is said.</param>
public sealed record TabularDataSet(string Name, string File, string Label)
{
    private const string Folder = "tables";

    /// <summary>Every data set.</summary>
    public static IReadOnlyList<TabularDataSet> All { get; } =
    [
        new("breast-cancer", "breast-cancer.csv", "diagnosis"),
        new("wine", "wine.csv", "cultivar"),
        new("diabetes", "diabetes.csv", "progression"),
        new("digits", "digits.csv", "digit"),
        new("penguins", "penguins.jsonl", "Species"),
        new("cars", "cars.jsonl", "Miles_per_Gallon") { Ignore = ["Name"] },
        new("movies", "movies.jsonl", "IMDB Rating") { Ignore = ["Title"] },
        new("birdstrikes", "birdstrikes.csv", "Wildlife Size") { Ignore = ["Wildlife Species"] },
        new("flights-3m", "flights-3m.parquet", "delay") { Above = 15, IsLarge = true },
    ];

    /// <summary>Columns that are no features.</summary>
    public IReadOnlyList<string> Ignore { get; init; } = [];

    /// <summary>Predicts whether the label is above this number; null for the label itself.</summary>
    public double? Above { get; init; }

    /// <summary>Whether it is to be read as a stream.</summary>
    public bool IsLarge { get; init; }

    /// <summary>The data set of that name; null where there is none.</summary>
    public static TabularDataSet? Find(string name) => All.FirstOrDefault(d => d.Name == name);

    /// <summary>Where the file is.</summary>
    /// <exception cref="FileNotFoundException">It was not fetched; the message says what to do.</exception>
    public string FindFile()
    {
        var folders = DatasetDirectory.Candidates(Folder, null).ToArray();
        return folders.Select(folder => Path.Combine(folder, File)).FirstOrDefault(System.IO.File.Exists)
            ?? throw new FileNotFoundException(
                $"{Name}: expected {File} in {folders[0]}; run `./maas setup --with-tables`, or set "
                    + $"{DatasetDirectory.CacheVariable}.");
    }

    /// <summary>Reads the table whole.</summary>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Checked between columns.</param>
    public Task<Table> ReadAsync(TableReadOptions? options = null, CancellationToken cancellationToken = default)
        => TableReader.ReadAsync(FindFile(), options, cancellationToken);
}
