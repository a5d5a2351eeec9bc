using MaaS.Onnx.Inference;


namespace MaaS.Serving.Execution.Batching;

/// <summary>Inputs of several requests one after another in pooled memory.</summary>
internal sealed class JoinedInputs : IDisposable
{
    private readonly Column[] _columns;

    /// <summary>Room for all of these, which have one shape but for the first axis.</summary>
    public JoinedInputs(IReadOnlyList<PendingRequest> requests)
    {
        var room = requests.Sum(r => r.Rows);
        _columns = [.. requests[0].Request.Inputs.ToArray().Select(first => new Column(first, room))];
    }

    /// <summary>Rows so far.</summary>
    public int Rows { get; private set; }

    public void Append(PendingRequest request)
    {
        var inputs = request.Request.Inputs.Span;
        for (var i = 0; i < _columns.Length; i++)
        {
            _columns[i].Append(inputs[i], Rows);
        }

        Rows += request.Rows;
    }

    /// <summary>All rows, as views of this memory.</summary>
    public TensorValue[] Tensors() => Tensors(0, Rows);

    /// <summary>Some rows, as views of this memory.</summary>
    public TensorValue[] Tensors(int row, int rows) => Array.ConvertAll(_columns, c => c.Tensor(row, rows));

    public void Dispose()
    {
        foreach (var column in _columns)
        {
            column.Dispose();
        }
    }

    /// <summary>One input.</summary>
    private sealed class Column : IDisposable
    {
        private readonly ElementType _type;
        private readonly long[] _rowShape;
        private readonly int _rowCount;
        private readonly int _rowBytes;
        private readonly PinnedBuffer? _bytes;
        private readonly string[] _strings = [];

        public Column(TensorValue first, int room)
        {
            _type = first.Type;
            _rowShape = first.Shape[1..].ToArray();
            _rowCount = checked((int)(first.Count / first.Shape[0]));
            _rowBytes = checked(_rowCount * _type.Size());
            if (_type == ElementType.String)
            {
                _strings = new string[checked(_rowCount * room)];
            }
            else
            {
                _bytes = PinnedBuffer.Rent(checked(_rowBytes * room));
            }
        }

        public void Append(TensorValue value, int row)
        {
            if (_bytes is null)
            {
                value.Strings.CopyTo(_strings.AsSpan(row * _rowCount));
            }
            else
            {
                value.Data.Span.CopyTo(_bytes.Span[(row * _rowBytes)..]);
            }
        }

        public TensorValue Tensor(int row, int rows)
            => _bytes is null
                ? TensorValue.OfStrings(_strings[(row * _rowCount)..((row + rows) * _rowCount)], [rows, .. _rowShape])
                : new TensorValue(_type, [rows, .. _rowShape], _bytes.Memory.Slice(row * _rowBytes, rows * _rowBytes));

        public void Dispose() => _bytes?.Dispose();
    }
}
