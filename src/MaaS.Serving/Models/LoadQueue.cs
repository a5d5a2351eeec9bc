using MaaS.Serving.Execution;

namespace MaaS.Serving.Models;

/// <summary>Runs loads off the request path, a few at a time, and measures what each takes.</summary>
internal sealed class LoadQueue(IModelLoader loader, MemoryBudget memory, int concurrency) : IDisposable
{
    private readonly SemaphoreSlim _slots = new(concurrency);
    private int _running;
    private int _started;

    /// <summary>Loads a model within the memory limit.</summary>
    /// <param name="source">What to load.</param>
    /// <param name="makeRoom">Begins to unload the least recently used model; null when none may go.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>
    /// The model and the memory taken for it: the larger of its network's size and the measured growth of the process.
    /// </returns>
    /// <remarks>
    /// Growth is only measured while no other load runs, and without the managed heap, which is mostly requests.
    /// </remarks>
    /// <exception cref="MemoryLimitException">There is no room, and nothing may go.</exception>
    public async Task<(ServedModel Model, long Bytes)> LoadAsync(
        ModelSource source, Func<Task?> makeRoom, CancellationToken cancellationToken)
    {
        if (source.Kind == SourceKind.Ensemble)
        {
            // It holds no network of its own, and waits for the loads of its members.
            return (await loader.LoadAsync(source, cancellationToken).ConfigureAwait(false), 0);
        }

        await _slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            while (!memory.TryTake(source.Bytes))
            {
                await (makeRoom() ?? throw new MemoryLimitException(
                    $"expected room for {source.Bytes} bytes within the memory limit beside the {memory.Used} that "
                        + "cannot be freed; raise MemoryLimitBytes or unload a model"))
                    .WaitAsync(cancellationToken).ConfigureAwait(false);
            }

            try
            {
                return await MeasureAsync(source, cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                memory.Change(-source.Bytes);
                throw;
            }
        }
        finally
        {
            _slots.Release();
        }
    }

    public void Dispose() => _slots.Dispose();

    private async Task<(ServedModel Model, long Bytes)> MeasureAsync(
        ModelSource source, CancellationToken cancellationToken)
    {
        var isAlone = Interlocked.Increment(ref _running) == 1;
        var started = Interlocked.Increment(ref _started);
        try
        {
            var before = Environment.WorkingSet - GC.GetTotalMemory(forceFullCollection: false);
            var model = await loader.LoadAsync(source, cancellationToken).ConfigureAwait(false);
            isAlone &= Volatile.Read(ref _started) == started;
            var growth = isAlone ? Environment.WorkingSet - GC.GetTotalMemory(forceFullCollection: false) - before : 0;
            var bytes = Math.Max(source.Bytes, growth);
            memory.Change(bytes - source.Bytes);
            return (model, bytes);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }
}
