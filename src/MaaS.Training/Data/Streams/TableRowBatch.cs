using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Data.Streams;

/// <summary>Rows of a batch while several threads turn them into values.</summary>
internal sealed class TableRowBatch(
    TableRow[] rows, TableColumns columns, IReadOnlyDictionary<string, int> classes)
{
    private const int PartSize = 64, PlacesShown = 8;

    private readonly float[] _numbers = new float[rows.Length * columns.Numbers.Count];
    private readonly float[] _targets = new float[rows.Length * columns.Targets.Count];
    private readonly long[] _labels = new long[rows.Length];
    private readonly IReadOnlyList<int>[] _tokens = new IReadOnlyList<int>[rows.Length];
    private readonly string?[] _faults = new string?[rows.Length];

    public int Rows => rows.Length;

    public int Parts => (rows.Length + PartSize - 1) / PartSize;

    /// <summary>Reads one part.</summary>
    /// <exception cref="InvalidDataException">A row cannot be used, and is not left out.</exception>
    public void Load(int part, bool leaveOut)
    {
        for (var i = part * PartSize; i < Math.Min(rows.Length, (part + 1) * PartSize); i++)
        {
            try
            {
                Load(i);
            }
            catch (InvalidDataException e)
            {
                _faults[i] = $"{rows[i].Place}: {e.Message}; mend the row, or leave bad rows out.";
                if (!leaveOut)
                {
                    throw new InvalidDataException(_faults[i], e);
                }
            }
        }
    }

    /// <summary>The tensors.</summary>
    /// <exception cref="InvalidDataException">No row could be used.</exception>
    public Batch<TableBatch> Finish(Device device)
    {
        var kept = Enumerable.Range(0, rows.Length).Where(i => _faults[i] is null).ToArray();
        if (kept.Length == 0)
        {
            throw new InvalidDataException(
                $"expected at least one row of a batch that can be used, got none of {rows.Length}: "
                    + string.Join("\n", _faults));
        }

        var places = string.Join(", ", kept.Take(PlacesShown).Select(i => rows[i].Place))
            + (kept.Length > PlacesShown ? $" and {kept.Length - PlacesShown} more" : "");
        var (tokens, mask) = columns.Text is null ? (null, null) : Tokens(kept, device);
        var batch = new TableBatch(
            Matrix(_numbers, columns.Numbers.Count, kept, device), tokens, mask,
            columns.Label is null ? null
                : Placed(tensor([.. kept.Select(i => _labels[i])], [kept.Length], ScalarType.Int64), device),
            Matrix(_targets, columns.Targets.Count, kept, device));
        return new Batch<TableBatch>(batch, kept.Length, places);
    }

    private void Load(int i)
    {
        var row = rows[i];
        if (row.Fault is { } fault)
        {
            throw new InvalidDataException(fault);
        }

        var column = 0;
        column = Numbers(row, columns.Numbers, _numbers.AsSpan(i * columns.Numbers.Count), column);
        column = Numbers(row, columns.Targets, _targets.AsSpan(i * columns.Targets.Count), column);
        if (columns.Label is { } label)
        {
            var name = row.Text(column++);
            _labels[i] = name is not null && classes.TryGetValue(name, out var index)
                ? index
                : throw new InvalidDataException(
                    $"column '{label}': expected one of the classes {string.Join(", ", classes.Keys)}, got '{name}'");
        }

        if (columns.Tokenize is { } tokenize)
        {
            _tokens[i] = tokenize(
                row.Text(column) ?? throw new InvalidDataException($"column '{columns.Text}': expected a text, got null"));
        }
    }

    private int Numbers(TableRow row, IReadOnlyList<string> names, Span<float> values, int column)
    {
        for (var k = 0; k < names.Count; k++, column++)
        {
            values[k] = (float?)row.Number(column, names[k]) ?? columns.MissingNumber
                ?? throw new InvalidDataException(
                    $"column '{names[k]}': expected a number, got nothing; MissingNumber says what stands for it");
        }

        return column;
    }

    private (Tensor Tokens, Tensor Mask) Tokens(int[] kept, Device device)
    {
        var length = Math.Max(1, kept.Max(i => _tokens[i].Count));
        var (ids, mask) = (new long[kept.Length * length], new long[kept.Length * length]);
        Array.Fill(ids, columns.PaddingId);
        for (var r = 0; r < kept.Length; r++)
        {
            var tokens = _tokens[kept[r]];
            for (var t = 0; t < tokens.Count; t++)
            {
                (ids[(r * length) + t], mask[(r * length) + t]) = (tokens[t], 1);
            }
        }

        return (
            Placed(tensor(ids, [kept.Length, length], ScalarType.Int64), device),
            Placed(tensor(mask, [kept.Length, length], ScalarType.Int64), device));
    }

    private static Tensor? Matrix(float[] values, int width, int[] kept, Device device)
    {
        if (width == 0)
        {
            return null;
        }

        var all = kept.Length * width == values.Length;
        float[] rows = all ? values : [.. kept.SelectMany(i => values[(i * width)..((i + 1) * width)])];
        return Placed(tensor(rows, [kept.Length, width], ScalarType.Float32), device);
    }

    // Out of any dispose scope: whoever reads the batch owns it.
    private static Tensor Placed(Tensor value, Device device)
    {
        using var scope = NewDisposeScope();
        if (device.type == DeviceType.CPU)
        {
            return value.DetachFromDisposeScope();
        }

        using (value)
        {
            return value.to(device).DetachFromDisposeScope();
        }
    }
}
