using System.Globalization;
using Parquet;
using Parquet.Schema;

namespace MaaS.Tabular.Tables;

/// <summary>Reads Parquet files of flat columns.</summary>
internal static class ParquetRows
{
    public static async Task<RawTable> ReadAsync(
        string path, Func<string?, string?> cell, CancellationToken cancellationToken)
    {
        var reader = await ParquetReader.CreateAsync(path, cancellationToken: cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            var fields = reader.Schema.GetDataFields();
            var table =
                RawTable.Empty([.. fields.Select(static f => f.Name)]) with { Kinds = [.. fields.Select(Kind)] };
            for (var group = 0; group < reader.RowGroupCount; group++)
            {
                using var rows = reader.OpenRowGroupReader(group);
                for (var i = 0; i < fields.Length; i++)
                {
                    await ReadAsync(rows, fields[i], table.Cells[i], cell, cancellationToken).ConfigureAwait(false);
                }
            }

            return table;
        }
    }

    // Parquet.Net's own type of texts is a span of characters.
    private static TypeCode Code(DataField field)
        => field.ClrType == typeof(ReadOnlyMemory<char>) ? TypeCode.String : Type.GetTypeCode(field.ClrType);

    private static ColumnKind? Kind(DataField field) => Code(field) switch
    {
        _ when field.IsArray => throw new InvalidDataException(
            $"column '{field.Name}': expected one value a row, got a list."),
        TypeCode.Boolean => ColumnKind.Boolean,
        TypeCode.DateTime => ColumnKind.Date,
        TypeCode.String => null,
        TypeCode.Int32 or TypeCode.Int64 or TypeCode.Int16 or TypeCode.SByte or TypeCode.Byte or TypeCode.UInt16
            or TypeCode.UInt32 or TypeCode.UInt64 or TypeCode.Single or TypeCode.Double or TypeCode.Decimal
            => ColumnKind.Number,
        _ => throw new InvalidDataException(
            $"column '{field.Name}': expected numbers, texts, booleans or dates, got {field.ClrType.Name}."),
    };

    private static Task ReadAsync(
        ParquetRowGroupReader rows, DataField field, List<string?> into, Func<string?, string?> cell,
        CancellationToken cancellationToken) => Code(field) switch
        {
            TypeCode.String => StringsAsync(rows, field, into, cell, cancellationToken),
            TypeCode.Boolean =>
                ValuesAsync<bool>(rows, field, into, static v => v ? "true" : "false", cancellationToken),
            TypeCode.DateTime => ValuesAsync<DateTime>(
                rows, field, into,
                static v => CellText.Write(ColumnKind.Date, (v - DateTime.UnixEpoch).TotalSeconds), cancellationToken),
            TypeCode.Int32 => NumbersAsync<int>(rows, field, into, cancellationToken),
            TypeCode.Int64 => NumbersAsync<long>(rows, field, into, cancellationToken),
            TypeCode.Int16 => NumbersAsync<short>(rows, field, into, cancellationToken),
            TypeCode.SByte => NumbersAsync<sbyte>(rows, field, into, cancellationToken),
            TypeCode.Byte => NumbersAsync<byte>(rows, field, into, cancellationToken),
            TypeCode.UInt16 => NumbersAsync<ushort>(rows, field, into, cancellationToken),
            TypeCode.UInt32 => NumbersAsync<uint>(rows, field, into, cancellationToken),
            TypeCode.UInt64 => NumbersAsync<ulong>(rows, field, into, cancellationToken),
            TypeCode.Single => NumbersAsync<float>(rows, field, into, cancellationToken),
            TypeCode.Double => NumbersAsync<double>(rows, field, into, cancellationToken),
            _ => NumbersAsync<decimal>(rows, field, into, cancellationToken),
        };

    private static Task NumbersAsync<T>(
        ParquetRowGroupReader rows, DataField field, List<string?> into, CancellationToken cancellationToken)
        where T : struct, IFormattable =>
        ValuesAsync<T>(
            rows, field, into,
            static v => v is double.NaN or float.NaN ? null : v.ToString(null, CultureInfo.InvariantCulture),
            cancellationToken);

    private static async Task ValuesAsync<T>(
        ParquetRowGroupReader rows, DataField field, List<string?> into, Func<T, string?> text,
        CancellationToken cancellationToken)
        where T : struct
    {
        if (field.IsNullable)
        {
            var cells = new T?[rows.RowCount];
            await rows.ReadAsync(field, cells.AsMemory(), cancellationToken: cancellationToken).ConfigureAwait(false);
            into.AddRange(cells.Select(v => v is { } value ? text(value) : null));
        }
        else
        {
            var cells = new T[rows.RowCount];
            await rows.ReadAsync(field, cells.AsMemory(), cancellationToken: cancellationToken).ConfigureAwait(false);
            into.AddRange(cells.Select(text));
        }
    }

    private static async Task StringsAsync(
        ParquetRowGroupReader rows, DataField field, List<string?> into, Func<string?, string?> cell,
        CancellationToken cancellationToken)
    {
        var cells = new string?[rows.RowCount];
        await rows.ReadAsync(field, cells.AsMemory()!, cancellationToken: cancellationToken).ConfigureAwait(false);
        into.AddRange(cells.Select(cell));
    }
}
