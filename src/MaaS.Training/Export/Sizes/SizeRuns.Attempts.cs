namespace MaaS.Training.Export.Sizes;

/// <content>Traces a module at sizes and learns which ones it refuses.</content>
internal sealed partial class SizeRuns
{
    // A module that refuses some sizes together may take each of them alone; where not, the axis to blame is known.
    private bool Try(Dictionary<string, long> sizes, bool heldOut = false)
    {
        if (_tried.Contains(Key(sizes)) || _stopped)
        {
            return false;
        }

        if (TryAlone(sizes, out _))
        {
            if (heldOut)
            {
                _heldOut.Add(Key(sizes));
            }

            foreach (var (symbol, range) in _ranges)
            {
                range.Accept(sizes[symbol]);
            }

            return true;
        }
        foreach (var (symbol, range) in _ranges)
        {
            if (range.Example == sizes[symbol])
            {
                continue;
            }

            if (_ranges.Count == 1
                || !TryAlone(new Dictionary<string, long>(_runs[0]) { [symbol] = sizes[symbol] }, out _))
            {
                range.Refuse(sizes[symbol]);
            }
            else
            {
                range.Accept(sizes[symbol]);
            }
        }
        return false;
    }

    private bool TryAlone(Dictionary<string, long> sizes, out Exception? error)
    {
        error = null;
        if (!_tried.Add(Key(sizes)))
        {
            return false;
        }

        try
        {
            Run(sizes);
            return true;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            error = failure;
            // What names the device is no refusal of the size: a tensor that forward makes on the CPU, or an operator
            // that has no form for tensors without values.
            NeedsValues |= _shapesAlone && failure.Message.Contains("meta", StringComparison.OrdinalIgnoreCase);
            return false;
        }
    }

    private void Run(Dictionary<string, long> sizes)
    {
        _tried.Add(Key(sizes));
        _stopped |= !_tracer.Trace(sizes, values: !_shapesAlone);
        _runs.Add(sizes);
    }

    private string Key(IReadOnlyDictionary<string, long> sizes)
        => string.Join('|', _ranges.Keys.Select(symbol => sizes[symbol]));
}
