namespace MaaS.Serving.Execution;

/// <summary>Keeps a model loaded: an unload waits until every lease on it is returned.</summary>
public sealed class ModelLease : IDisposable
{
    private ServedModel? _model;

    internal ModelLease(ServedModel model) => _model = model;

    /// <summary>The model.</summary>
    /// <exception cref="ObjectDisposedException">The lease was returned.</exception>
    public ServedModel Model => _model ?? throw new ObjectDisposedException(nameof(ModelLease));

    /// <summary>Returns the lease.</summary>
    public void Dispose() => Interlocked.Exchange(ref _model, null)?.Release();
}
