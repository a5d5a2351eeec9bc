using System.Runtime.ExceptionServices;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Processes;

/// <summary>Sums up the gradients of a module over processes, in buckets, while the backward pass still runs.</summary>
/// <remarks>
/// The buckets hold the parameters from the last one to the first, as gradients become ready about in that order, and
/// are summed in that order alone, so that every process sends the same messages. The processes must run the same
/// graph. Li et al. 2020, "PyTorch Distributed".
/// </remarks>
internal sealed class GradientSums : IDisposable
{
    /// <summary>Bytes of a bucket; the first one is smaller so that the first message leaves early.</summary>
    public const long DefaultBucketBytes = 25 << 20;

    private const long FirstBucketBytes = 1 << 20;

    private readonly List<GradientBucket> _buckets = [];
    private readonly (int Bucket, int Position)[] _places;
    private readonly ITensorSum _sums;
    private readonly GradientHooks? _hooks;
    private ExceptionDispatchInfo? _failure;
    private int _thread;
    private int _next;

    /// <summary>Lays out the buckets.</summary>
    /// <param name="parameters">Those that are trained, in the order of the module; all on one device.</param>
    /// <param name="sums">Sums on that device.</param>
    /// <param name="bucketBytes">Most bytes of a bucket of more than one parameter.</param>
    /// <param name="overlap">Whether sums may start during the backward pass where libtorch can tell.</param>
    public GradientSums(
        IReadOnlyList<Tensor> parameters, ITensorSum sums, long bucketBytes = DefaultBucketBytes, bool overlap = true)
    {
        _sums = sums;
        _places = new (int, int)[parameters.Count];
        var members = new List<Tensor>();
        var bytes = 0L;
        for (var i = parameters.Count - 1; i >= 0; i--)
        {
            var size = parameters[i].numel() * sizeof(float);
            var most = _buckets.Count == 0 ? Math.Min(FirstBucketBytes, bucketBytes) : bucketBytes;
            if (members.Count > 0 && bytes + size > most)
            {
                _buckets.Add(new GradientBucket(members));
                members.Clear();
                bytes = 0;
            }

            _places[i] = (_buckets.Count, members.Count);
            members.Add(parameters[i]);
            bytes += size;
        }

        if (members.Count > 0)
        {
            _buckets.Add(new GradientBucket(members));
        }

        // On a GPU gradients become ready on a thread of libtorch's own, and its sums are queued there anyway.
        _hooks = overlap && parameters.All(static p => p.device_type == DeviceType.CPU)
            ? GradientHooks.TryAttach(parameters, OnReady) : null;
    }

    /// <summary>Whether sums start while the backward pass runs.</summary>
    public bool Overlaps => _hooks is not null;

    /// <summary>Messages of a step.</summary>
    public int Buckets => _buckets.Count;

    /// <summary>Bytes that are summed in a step.</summary>
    public long Bytes => _buckets.Sum(static b => b.Bytes);

    /// <summary>Messages of the last step that left before the backward pass had ended.</summary>
    public int SentEarly { get; private set; }

    /// <summary>Comes before the backward pass whose gradients complete the step; earlier passes of the same step add
    /// to the gradients without messages.</summary>
    public void Begin()
    {
        _buckets.ForEach(static b => b.Clear());
        _next = 0;
        _failure = null;
        _thread = Environment.CurrentManagedThreadId;
    }

    /// <summary>Comes after that pass: sends what is left and waits until every gradient is the sum over all
    /// processes.</summary>
    public void Finish()
    {
        _thread = 0;
        _failure?.Throw();
        SentEarly = _next;
        while (_next < _buckets.Count)
        {
            _buckets[_next].FillRest();
            _buckets[_next++].Begin(_sums);
        }

        _buckets.ForEach(static b => b.End());
    }

    public void Dispose()
    {
        _hooks?.Dispose();
        _buckets.ForEach(static b => b.Dispose());
    }

    // libtorch calls, through which no exception may pass.
    private void OnReady(int parameter)
    {
        if (_thread != Environment.CurrentManagedThreadId || _failure is not null)
        {
            return;
        }

        try
        {
            var (bucket, position) = _places[parameter];
            _buckets[bucket].Fill(position);
            while (_next < _buckets.Count && _buckets[_next].IsFull)
            {
                _buckets[_next++].Begin(_sums);
            }

            for (var i = 0; i < _next; i++)
            {
                _buckets[i].Poll();
            }
        }
        catch (Exception e)
        {
            _failure = ExceptionDispatchInfo.Capture(e);
        }
    }
}
