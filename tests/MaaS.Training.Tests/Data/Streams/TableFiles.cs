using System.Globalization;
using System.Text.Json;
using MaaS.Tests;
using Parquet;
using Parquet.Schema;

namespace MaaS.Training.Tests.Data.Streams;

/// <summary>The same table as CSV, TSV, JSON lines and Parquet.</summary>
internal sealed class TableFiles : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TableFiles(int rows, int groupRows = 100)
    {
        Rows = [.. Enumerable.Range(0, rows).Select(static i => (i * 0.5, (float)(i % 10), i % 3 == 0 ? "ham" : "spam", $"word{i}, \"quoted\" {new string('x', i % 5)}"))];
        Write("rows.csv", ',');
        Write("rows.tsv", '\t');
        File.WriteAllLines(this["rows.jsonl"], Rows.Select(static r => JsonSerializer.Serialize(new { x = r.X, y = r.Y, @class = r.Class, text = r.Text })));
        WriteParquet(groupRows).GetAwaiter().GetResult();
    }

    public IReadOnlyList<(double X, float Y, string Class, string Text)> Rows { get; }

    public string this[string name] => _folder[name];

    public void Dispose() => _folder.Dispose();

    private void Write(string name, char separator)
        => File.WriteAllLines(
            this[name],
            Rows.Select(r => string.Join(
                separator, r.X.ToString(CultureInfo.InvariantCulture), r.Y, r.Class, $"\"{r.Text.Replace("\"", "\"\"")}\""))
                .Prepend(string.Join(separator, "x", "y", "class", "text")));

    private async Task WriteParquet(int groupRows)
    {
        var (x, y, name, text) = (new DataField<double?>("x"), new DataField<float>("y"), new DataField<string>("class"), new DataField<string>("text"));
        await using var file = File.Create(this["rows.parquet"]);
        await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema(x, y, name, text), file);
        foreach (var part in Rows.Chunk(groupRows))
        {
            using var group = writer.CreateRowGroup();
            await group.WriteAsync<double>(x, Array.ConvertAll(part, static r => (double?)r.X).AsMemory());
            await group.WriteAsync<float>(y, Array.ConvertAll(part, static r => r.Y).AsMemory());
            await group.WriteAsync(name, Array.ConvertAll(part, static r => r.Class));
            await group.WriteAsync(text, Array.ConvertAll(part, static r => r.Text));
            group.CompleteValidate();
        }
    }
}
