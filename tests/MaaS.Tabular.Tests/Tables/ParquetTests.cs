using MaaS.Tabular.Tables;
using MaaS.Tests;
using Parquet;
using Parquet.Schema;

namespace MaaS.Tabular.Tests.Tables;

public sealed class ParquetTests
{
    [Test]
    public async Task ReadAsync_OfTwoRowGroups_GivesTypedColumnsWithMissingCells()
    {
        using var folder = new TemporaryFolder();
        var fields = new DataField[]
        {
            new DataField<double>("x", nullable: true), new DataField<int>("n"), new DataField<bool>("b"),
            new DataField<string>("s"),
        };
        await using (var stream = File.Create(folder["t.parquet"]))
        {
            await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema(fields), stream);
            for (var group = 0; group < 2; group++)
            {
                using var rows = writer.CreateRowGroup();
                await rows.WriteAsync<double>(fields[0], new double?[] { 1.5, null });
                await rows.WriteAsync<int>(fields[1], new[] { 3, -4 });
                await rows.WriteAsync<bool>(fields[2], new[] { true, false });
                await rows.WriteAsync(fields[3], new[] { "é", null! });
            }
        }

        var table = await TableReader.ReadAsync(folder["t.parquet"]);

        Assert.That(
            table.Columns.Select(c => c.Kind),
            Is.EqualTo(new[] { ColumnKind.Number, ColumnKind.Number, ColumnKind.Boolean, ColumnKind.Category }));
        Assert.That(
            ((NumberColumn)table["x"]).Values.ToArray(), Is.EqualTo(new[] { 1.5, double.NaN, 1.5, double.NaN }));
        Assert.That(((NumberColumn)table["n"]).Values.ToArray(), Is.EqualTo(new[] { 3d, -4, 3, -4 }));
        Assert.That(((StringColumn)table["s"]).Values.ToArray(), Is.EqualTo(new[] { "é", null, "é", null }));
    }
}
