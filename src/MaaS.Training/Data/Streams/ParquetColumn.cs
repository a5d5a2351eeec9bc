using System.Globalization;
using Parquet;
using Parquet.Schema;

namespace MaaS.Training.Data.Streams;

/// <summary>Columns of a row group as strings, doubles, truth values and nulls.</summary>
internal static class ParquetColumn
{
    private static readonly Dictionary<Type, Func<ParquetRowGroupReader, DataField, int, object?[]>> Readers = new()
    {
        [typeof(double)] = Numbers<double>,
        [typeof(float)] = Numbers<float>,
        [typeof(int)] = Numbers<int>,
        [typeof(long)] = Numbers<long>,
        [typeof(short)] = Numbers<short>,
        [typeof(sbyte)] = Numbers<sbyte>,
        [typeof(byte)] = Numbers<byte>,
        [typeof(ushort)] = Numbers<ushort>,
        [typeof(uint)] = Numbers<uint>,
        [typeof(ulong)] = Numbers<ulong>,
        [typeof(decimal)] = Numbers<decimal>,
        [typeof(bool)] = static (part, field, rows) => Values<bool>(part, field, rows, static v => v),
        [typeof(ReadOnlyMemory<char>)] = Texts,
    };

    /// <summary>Whether columns of this type are read.</summary>
    public static bool Reads(DataField field) => Readers.ContainsKey(field.ClrType);

    /// <summary>All values of a column.</summary>
    public static object?[] Read(ParquetRowGroupReader part, DataField field, int rows)
        => Readers[field.ClrType](part, field, rows);

    private static object?[] Numbers<T>(ParquetRowGroupReader part, DataField field, int rows)
        where T : struct, IConvertible
        => Values<T>(part, field, rows, static v => Number(v));

    // Whole numbers stay whole: as double, identifiers beyond 2^53 would become each other.
    private static object Number<T>(T value)
        where T : struct, IConvertible
        => value.GetTypeCode() is TypeCode.Single or TypeCode.Double or TypeCode.Decimal or TypeCode.UInt64
            ? (object)value.ToDouble(CultureInfo.InvariantCulture) : value.ToInt64(CultureInfo.InvariantCulture);

    private static object?[] Values<T>(ParquetRowGroupReader part, DataField field, int rows, Func<T, object> value)
        where T : struct
    {
        if (!field.IsNullable)
        {
            var all = new T[rows];
            part.ReadAsync<T>(field, all.AsMemory(), null, CancellationToken.None).AsTask().GetAwaiter().GetResult();
            return Array.ConvertAll(all, v => (object?)value(v));
        }

        var values = new T?[rows];
        part.ReadAsync<T>(field, values.AsMemory(), null, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        return Array.ConvertAll(values, v => v is { } known ? value(known) : null);
    }

    private static object?[] Texts(ParquetRowGroupReader part, DataField field, int rows)
    {
        var texts = new string?[rows];
        part.ReadAsync(field, texts.AsMemory()!, null, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        return texts;
    }
}
