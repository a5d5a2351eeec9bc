using MaaS.Serving.Execution;

namespace MaaS.Serving.Protocols.OpenInference.Statistics;

/// <summary>Counts what one version of a model does.</summary>
internal sealed class ModelCounters(string name, long version)
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<int, Batch> _batches = [];
    private DateTimeOffset? _last;
    private long _inferences;
    private DurationCount _success, _fail, _queue, _input, _infer, _output, _cacheHit;

    /// <summary>Adds a request that was answered.</summary>
    /// <param name="rows">Samples of the request.</param>
    /// <param name="timings">What the run took.</param>
    /// <param name="total">From the request's tensors to its outputs, waiting included.</param>
    /// <param name="now">When it was.</param>
    public void AddSuccess(long rows, RunTimings timings, TimeSpan total, DateTimeOffset now)
    {
        lock (_lock)
        {
            _last = now;
            _success = _success.Add(total);
            _queue = _queue.Add(timings.Queue);
            if (timings.IsCacheHit)
            {
                _cacheHit = _cacheHit.Add(total);
                return;
            }

            _inferences += rows;
            _infer = _infer.Add(timings.Compute);
            if (timings.BatchSize > 0)
            {
                // Every request of a batch reports the whole run: its share of the rows is its share of the run.
                var size = (int)Math.Max(timings.BatchSize, rows);
                var batch = BatchOf(size);
                batch.Rows += rows;
                batch.Infer += timings.Compute * ((double)rows / size);
            }
        }
    }

    /// <summary>Adds a request that was not answered.</summary>
    public void AddFailure(TimeSpan total, DateTimeOffset now)
    {
        lock (_lock)
        {
            _last = now;
            _fail = _fail.Add(total);
        }
    }

    /// <summary>Adds the protocol's own share of a request: from its bytes to tensors and from tensors to its
    /// answer.</summary>
    /// <param name="rows">Samples of the request.</param>
    /// <param name="timings">What the run took.</param>
    /// <param name="input">From its bytes to tensors.</param>
    /// <param name="output">From tensors to its answer.</param>
    public void AddTranslation(long rows, RunTimings timings, TimeSpan input, TimeSpan output)
    {
        if (timings.IsCacheHit)
        {
            return;
        }

        lock (_lock)
        {
            _input = _input.Add(input);
            _output = _output.Add(output);
            if (timings.BatchSize > 0)
            {
                var batch = BatchOf((int)Math.Max(timings.BatchSize, rows));
                batch.Input += input;
                batch.Output += output;
            }
        }
    }

    /// <summary>The counts so far.</summary>
    public ModelStatistics Read()
    {
        lock (_lock)
        {
            var batches = _batches.Select(b => b.Value.Read(b.Key)).ToArray();
            return new ModelStatistics
            {
                Name = name,
                Version = version.ToString(provider: null),
                LastInference = _last,
                Inferences = _inferences,
                Executions = batches.Sum(b => b.Infer.Count),
                Success = _success,
                Fail = _fail,
                Queue = _queue,
                ComputeInput = _input,
                ComputeInfer = _infer,
                ComputeOutput = _output,
                CacheHit = _cacheHit,
                Batches = batches,
            };
        }
    }

    private Batch BatchOf(int size)
    {
        if (!_batches.TryGetValue(size, out var batch))
        {
            _batches[size] = batch = new Batch();
        }

        return batch;
    }

    private sealed class Batch
    {
        public long Rows { get; set; }

        public TimeSpan Input { get; set; }

        public TimeSpan Infer { get; set; }

        public TimeSpan Output { get; set; }

        public BatchStatistics Read(int size)
        {
            var runs = (Rows + size - 1) / size;
            return new BatchStatistics(
                size, new DurationCount(runs, Input), new DurationCount(runs, Infer), new DurationCount(runs, Output));
        }
    }
}
