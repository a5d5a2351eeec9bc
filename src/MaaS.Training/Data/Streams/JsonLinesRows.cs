using System.Text.Json;

namespace MaaS.Training.Data.Streams;

/// <summary>One JSON object a line; lines without anything are passed over. Each file is a unit. A line is parsed when
/// its values are asked for, so not by the thread that reads.</summary>
internal sealed class JsonLinesRows(IReadOnlyList<string> paths, IReadOnlyList<string> columns) : RowFiles
{
    public override int Units => paths.Count;

    public override IEnumerable<TableRow> Read(int unit)
    {
        var number = 0L;
        foreach (var line in Utf8File.Lines(paths[unit], $"{paths[unit]}: "))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line))
            {
                yield return new JsonRow(paths[unit], number, line, columns);
            }
        }
    }

    private sealed class JsonRow(string file, long number, string line, IReadOnlyList<string> columns)
        : TableRow(file, number)
    {
        private object?[]? _values;
        private string? _fault;

        public override string? Fault
        {
            get
            {
                _values ??= Parse();
                return _fault;
            }
        }

        public override object? Value(int column) => (_values ??= Parse())[column];

        private object?[] Parse()
        {
            var values = new object?[columns.Count];
            try
            {
                using var document = JsonDocument.Parse(line);
                if (document.RootElement.ValueKind != JsonValueKind.Object)
                {
                    _fault = $"expected a JSON object, got {document.RootElement.ValueKind}";
                    return values;
                }

                for (var i = 0; i < values.Length; i++)
                {
                    if (!document.RootElement.TryGetProperty(columns[i], out var value))
                    {
                        _fault = $"expected a member '{columns[i]}', got "
                            + string.Join(
                                ", ", document.RootElement.EnumerateObject().Select(static m => $"'{m.Name}'"));
                        return values;
                    }

                    values[i] = value.ValueKind switch
                    {
                        JsonValueKind.Null => null,
                        JsonValueKind.String => value.GetString(),
                        JsonValueKind.Number => value.TryGetInt64(out var whole) ? (object)whole : value.GetDouble(),
                        JsonValueKind.True => true,
                        JsonValueKind.False => false,
                        _ => value.GetRawText(),
                    };
                }
            }
            // InvalidOperationException: half of a surrogate pair.
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                _fault = $"expected JSON: {e.Message.TrimEnd('.')}";
            }

            return values;
        }
    }
}
