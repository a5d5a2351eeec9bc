namespace MaaS.Training.Data.Streams;

/// <summary>Rows of CSV, TSV, JSON lines or Parquet files as batches; the files may be larger than memory.</summary>
/// <remarks>One thread at a time reads rows, several turn them into values; the order depends on the plan alone. A plan
/// that shuffles draws files (and row groups of Parquet) in a random order and rows out of a buffer. Batches are not in
/// any dispose scope: whoever reads one disposes its tensors.</remarks>
public sealed class TableSource : IBatchSource<TableBatch>, IMeasuredSource
{
    private readonly RowFiles _files;
    private readonly TableColumns _columns;
    private readonly TableOptions _options;
    private readonly Dictionary<string, int> _classes;
    private ReadMeter? _meter;

    private TableSource(
        RowFiles files, TableColumns columns, TableOptions options, IReadOnlyList<string> classes, long? count,
        string fingerprint)
    {
        (_files, _columns, _options) = (files, columns, options);
        (Classes, Count, Fingerprint) = (classes, count, fingerprint);
        _classes = classes.Select(static (name, i) => (name, i)).ToDictionary(static c => c.name, static c => c.i);
    }

    /// <inheritdoc/>
    /// <remarks>Known of Parquet files, and where all rows were read once: for the classes, or because
    /// <see cref="TableOptions.CountRows"/> asks for it. Rows that are left out are counted.</remarks>
    public long? Count { get; }

    /// <summary>Class names in the order of the labels' values; none without a label.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>SHA-256 of the files' names, sizes and times and of the columns.</summary>
    public string Fingerprint { get; }

    /// <inheritdoc/>
    public ReadStatistics Statistics => _meter?.Snapshot() ?? new ReadStatistics(0, 0, 0, 0);

    /// <summary>Opens a file; see <see cref="Open(IReadOnlyList{string}, TableColumns, TableOptions?)"/>.</summary>
    public static TableSource Open(string path, TableColumns columns, TableOptions? options = null)
        => Open([path], columns, options);

    /// <summary>Opens files of one kind.</summary>
    /// <param name="paths">The first one's ending tells the kind: <c>.parquet</c>; <c>.jsonl</c> or <c>.ndjson</c>, one
    /// object a line; others have a header and separated columns.</param>
    /// <param name="columns">Which columns become which tensors.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">The columns or options do not fit together.</exception>
    /// <exception cref="FileNotFoundException">A file is not there.</exception>
    /// <exception cref="InvalidDataException">A column is missing, there are no rows, or, where classes are looked for,
    /// fewer than two or a row that cannot be used.</exception>
    public static TableSource Open(IReadOnlyList<string> paths, TableColumns columns, TableOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(columns);
        options ??= new TableOptions();
        columns.Check();
        options.Reader.Check();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ShuffleBuffer, 1, nameof(options));
        var files = RowFiles.Open(paths, columns.All, options.Delimiter);
        long? count = 0;
        for (var unit = 0; unit < files.Units; unit++)
        {
            count += files.RowsOf(unit);
        }

        var classes = columns.Classes ?? [];
        if ((columns.Label is not null && columns.Classes is null) || (count is null && options.CountRows))
        {
            (var found, count) = TableScan.Run(paths, columns, options);
            classes = columns.Classes ?? found;
        }

        return count == 0
            ? throw new InvalidDataException($"{paths[0]}: expected rows, found none.")
            : new TableSource(files, columns, options, classes, count, FingerprintOf(paths, columns, options));
    }

    /// <inheritdoc/>
    public IEnumerable<Batch<TableBatch>> Read(EpochPlan plan, CancellationToken cancellationToken)
    {
        EpochSlices.Check(plan);
        return Batches(plan, cancellationToken);
    }

    private static string FingerprintOf(
        IReadOnlyList<string> paths, TableColumns columns, TableOptions options)
    {
        using var fingerprint = new FileFingerprint();
        foreach (var path in paths)
        {
            fingerprint.Add(Path.GetFileName(path), new FileInfo(path));
        }

        fingerprint.Add($"{columns.Numbers.Count} {columns.Targets.Count} {columns.Label} {columns.Text}");
        fingerprint.Add(string.Join('\0', columns.All));
        fingerprint.Add($"{columns.MissingNumber} {columns.PaddingId} {string.Join('\0', columns.Classes ?? [])}");
        fingerprint.Add($"{options.ShuffleBuffer} {options.OnBadRow} {options.Delimiter}");
        return fingerprint.Finish();
    }

    private IEnumerable<Batch<TableBatch>> Batches(EpochPlan plan, CancellationToken cancellationToken)
    {
        var leaveOut = _options.OnBadRow == BadSample.LeaveOut;
        var meter = _meter = new ReadMeter();
        using var pipeline = new OrderedPipeline<TableRowBatch>(
            RowBatches(plan), static batch => batch.Parts, (batch, part) => batch.Load(part, leaveOut),
            static _ => { }, _options.Reader, meter);
        try
        {
            while (pipeline.TryTake(out var rows, cancellationToken))
            {
                var batch = rows.Finish(plan.Device);
                meter.Add(batch.Samples, rows.Rows - batch.Samples);
                yield return batch;
            }
        }
        finally
        {
            meter.End();
        }
    }

    private IEnumerable<TableRowBatch> RowBatches(EpochPlan plan)
    {
        var batch = new List<TableRow>(plan.BatchSize);
        var (position, rows) = Rows(plan);
        foreach (var row in rows)
        {
            var global = position++ / plan.BatchSize;
            if (global % plan.Processes != plan.Rank || global / plan.Processes < plan.Skip)
            {
                continue;
            }

            batch.Add(row);
            if (position % plan.BatchSize == 0)
            {
                yield return new TableRowBatch([.. batch], _columns, _classes);
                batch.Clear();
            }
        }

        if (batch.Count > 0)
        {
            yield return new TableRowBatch([.. batch], _columns, _classes);
        }
    }

    // Rows in the plan's order, from a position on: before it nothing is wanted.
    private (long Position, IEnumerable<TableRow> Rows) Rows(EpochPlan plan)
    {
        if (!plan.Shuffle)
        {
            var (position, wanted, first) = (0L, EpochSlices.Start(plan, plan.Skip), 0);
            while (first < _files.Units && _files.RowsOf(first) is { } rows && position + rows <= wanted)
            {
                (position, first) = (position + rows, first + 1);
            }

            return (position, Enumerable.Range(first, _files.Units - first).SelectMany(_files.Read));
        }

        var random = new SeededRandom(plan.Seed, plan.Epoch);
        var units = new long[_files.Units];
        for (var i = 0; i < units.Length; i++)
        {
            units[i] = i;
        }

        random.Shuffle(units);
        return (
            0, ShuffleBuffer.Shuffle(units.SelectMany(u => _files.Read((int)u)), _options.ShuffleBuffer, random));
    }
}
