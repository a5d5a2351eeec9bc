using MaaS.Onnx.Inference;


namespace MaaS.Serving.Execution;

/// <summary>Bound runs of one model that are free for the next request of the same shapes.</summary>
/// <remarks>
/// A small model is run in tens of microseconds, of which ONNX Runtime's bookkeeping for inputs and outputs is a fifth;
/// copying a few kilobytes into memory that is bound already takes a fraction of one.
/// </remarks>
internal sealed class BoundRuns(InferenceModel model) : IDisposable
{
    private const int MaxShapes = 8;
    private const long MaxBytes = 256 << 10;

    private readonly Lock _lock = new();
    private Shelf[] _shelves = [];
    private bool _disposed;

    /// <summary>Runs the model on bound memory, or gives null where the shapes are not worth it.</summary>
    /// <exception cref="InferenceException">The model failed on these inputs.</exception>
    public InferenceOutputs? TryRun(ReadOnlySpan<TensorValue> inputs)
    {
        var shelf = Find(inputs);
        if (shelf?.Take() is not { } run)
        {
            return null;
        }

        try
        {
            for (var i = 0; i < inputs.Length; i++)
            {
                inputs[i].Data.Span.CopyTo(run.Input(i).Span);
            }

            run.Run();
        }
        catch
        {
            run.Dispose();
            throw;
        }

        var lease = new Lease(shelf, run);
        IDisposable owner = model.Outputs.Count == 1 ? lease : new SharedOwner(lease, model.Outputs.Count);
        var outputs = new TensorValue[model.Outputs.Count];
        for (var i = 0; i < outputs.Length; i++)
        {
            outputs[i] = new TensorValue(model.Outputs[i].Type, run.OutputShapes[i], run.Output(i), owner);
        }

        return new InferenceOutputs(outputs, model.Outputs);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            foreach (var shelf in _shelves)
            {
                shelf.Dispose();
            }
        }
    }

    private Shelf? Find(ReadOnlySpan<TensorValue> inputs)
    {
        foreach (var shelf in _shelves)
        {
            if (shelf.Fits(inputs))
            {
                return shelf;
            }
        }

        return Add(inputs);
    }

    private Shelf? Add(ReadOnlySpan<TensorValue> inputs)
    {
        long bytes = 0;
        var shapes = new long[inputs.Length][];
        for (var i = 0; i < inputs.Length; i++)
        {
            if (inputs[i].Type == ElementType.String)
            {
                return null;
            }

            shapes[i] = inputs[i].Shape.ToArray();
            bytes += inputs[i].Data.Length;
        }

        lock (_lock)
        {
            if (bytes > MaxBytes || _shelves.Length == MaxShapes || _disposed)
            {
                return null;
            }

            var shelf = new Shelf(model, shapes);
            _shelves = [.. _shelves, shelf];
            return shelf;
        }
    }

    private sealed class Lease(Shelf shelf, BoundRun run) : IDisposable
    {
        private BoundRun? _run = run;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _run, null) is { } run)
            {
                shelf.Put(run);
            }
        }
    }

    /// <summary>Bound runs of one set of shapes.</summary>
    private sealed class Shelf(InferenceModel model, long[][] shapes) : IDisposable
    {
        private readonly BoundRun?[] _free = new BoundRun?[2 * Environment.ProcessorCount];
        private volatile bool _isUseless;
        private volatile bool _disposed;

        public bool Fits(ReadOnlySpan<TensorValue> inputs)
        {
            for (var i = 0; i < shapes.Length; i++)
            {
                if (!inputs[i].Shape.SequenceEqual(shapes[i]))
                {
                    return false;
                }
            }

            return true;
        }

        public BoundRun? Take()
        {
            for (var i = 0; i < _free.Length; i++)
            {
                if (_free[i] is not null && Interlocked.Exchange(ref _free[i], null) is { } run)
                {
                    return run;
                }
            }

            if (_isUseless)
            {
                return null;
            }

            var bound = model.TryBind(shapes);
            _isUseless = bound is null;
            return bound;
        }

        public void Put(BoundRun run)
        {
            for (var i = 0; i < _free.Length && !_disposed; i++)
            {
                if (_free[i] is null && Interlocked.CompareExchange(ref _free[i], run, null) is null)
                {
                    if (_disposed)
                    {
                        Dispose();
                    }

                    return;
                }
            }

            run.Dispose();
        }

        public void Dispose()
        {
            _disposed = true;
            for (var i = 0; i < _free.Length; i++)
            {
                Interlocked.Exchange(ref _free[i], null)?.Dispose();
            }
        }
    }
}
