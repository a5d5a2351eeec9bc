using System.Collections;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.utils.data;

namespace TorchSharp.Modules;

/// <summary>Batches of a data set, collated and on a device, to enumerate once an epoch.</summary>
/// <remarks>
/// Samples are fetched on num_worker threads. What a batch is made of is freed when the next batch comes, unless
/// disposeBatch is false; the data set is freed with the loader, unless disposeDataset is false.
/// </remarks>
public class DataLoader<T, S> : IEnumerable<S>, IDisposable
{
    public DataLoader(Dataset<T> dataset, int batchSize, Func<IEnumerable<T>, Device, S> collate_fn, IEnumerable<long> shuffler, Device? device = null,
        int num_worker = 1, bool drop_last = false, bool disposeBatch = true, bool disposeDataset = true)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        this.dataset = dataset;
        batch_size = batchSize;
        this.collate_fn = collate_fn;
        sampler = shuffler;
        Device = device ?? CPU;
        num_workers = Math.Max(num_worker, 1);
        this.drop_last = drop_last;
        DisposeBatch = disposeBatch;
        DisposeDataset = disposeDataset;
    }

    public DataLoader(Dataset<T> dataset, int batchSize, Func<IEnumerable<T>, Device, S> collate_fn, bool shuffle = false, Device? device = null,
        int? seed = null, int num_worker = 1, bool drop_last = false, bool disposeBatch = true, bool disposeDataset = true)
        : this(dataset, batchSize, collate_fn, shuffle ? new FisherYatesShuffler(dataset.Count, seed) : InOrder(dataset.Count), device, num_worker,
            drop_last, disposeBatch, disposeDataset)
    {
    }

    public Dataset<T> dataset { get; }

    public int batch_size { get; }

    public bool drop_last { get; }

    /// <summary>The order of the samples, enumerated anew for every epoch.</summary>
    public IEnumerable<long> sampler { get; }

    public int num_workers { get; }

    public Func<IEnumerable<T>, Device, S> collate_fn { get; }

    public Device Device { get; }

    public bool DisposeBatch { get; }

    public bool DisposeDataset { get; }

    /// <summary>How many batches an epoch has.</summary>
    public long Count => drop_last ? dataset.Count / batch_size : (dataset.Count + batch_size - 1) / batch_size;

    public IEnumerator<S> GetEnumerator() => new Batches(this);

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing && DisposeDataset) dataset.Dispose();
    }

    private static IEnumerable<long> InOrder(long count)
    {
        for (var i = 0L; i < count; i++) yield return i;
    }

    private sealed class Batches : IEnumerator<S>
    {
        private readonly DataLoader<T, S> _loader;
        private IEnumerator<long> _order;
        private IReadOnlyList<IDisposable> _owned = [];
        private S? _current;

        public Batches(DataLoader<T, S> loader)
        {
            _loader = loader;
            _order = loader.sampler.GetEnumerator();
        }

        public S Current => _current!;

        object? IEnumerator.Current => _current;

        public bool MoveNext()
        {
            Free(ref _owned);
            var indices = new List<long>(_loader.batch_size);
            while (indices.Count < _loader.batch_size && _order.MoveNext()) indices.Add(_order.Current);
            if (indices.Count == 0 || (_loader.drop_last && indices.Count < _loader.batch_size)) return false;

            var (samples, made) = Fetch(indices);
            try
            {
                using var scope = NewDisposeScope();
                _current = _loader.collate_fn(samples, _loader.Device);
                var collated = Release(scope);
                if (_loader.DisposeBatch) _owned = collated;
            }
            finally
            {
                foreach (var tensor in made) tensor.Dispose();
            }
            return true;
        }

        public void Reset()
        {
            Free(ref _owned);
            _order.Dispose();
            _order = _loader.sampler.GetEnumerator();
        }

        public void Dispose()
        {
            Free(ref _owned);
            _order.Dispose();
        }

        /// <summary>The samples, and the tensors made for them, which outlive the fetching threads' dispose scopes.</summary>
        private (T[] samples, IDisposable[] made) Fetch(List<long> indices)
        {
            var samples = new T[indices.Count];
            var made = new IReadOnlyList<IDisposable>[indices.Count];
            try
            {
                if (_loader.num_workers == 1)
                    for (var i = 0; i < samples.Length; i++) FetchOne(i);
                else
                    indices.Select((_, i) => i).AsParallel().WithDegreeOfParallelism(Math.Min(_loader.num_workers, 512)).ForAll(FetchOne);
            }
            catch
            {
                foreach (var tensor in made.Where(tensors => tensors is not null).SelectMany(tensors => tensors)) tensor.Dispose();
                throw;
            }
            return (samples, [.. made.SelectMany(tensors => tensors)]);

            void FetchOne(int i)
            {
                using var scope = NewDisposeScope();
                samples[i] = _loader.dataset.GetTensor(indices[i]);
                made[i] = Release(scope);
            }
        }

        private static IReadOnlyList<IDisposable> Release(DisposeScope scope)
        {
            var tensors = scope.DisposablesView;
            scope.Detach(tensors);
            return tensors;
        }

        private static void Free(ref IReadOnlyList<IDisposable> owned)
        {
            foreach (var tensor in owned) tensor.Dispose();
            owned = [];
        }
    }
}
