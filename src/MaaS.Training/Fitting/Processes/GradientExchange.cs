using System.Runtime.ExceptionServices;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Processes;

/// <summary>Sums up gradients over processes, in buckets, where possible while the backward pass still runs.</summary>
/// <remarks>
/// The buckets hold the weights from the last one to the first, as gradients become ready about in that order, and are
/// sent in that order alone, so that every process sends the same messages. Li et al. 2020, "PyTorch Distributed".
/// </remarks>
internal sealed class GradientExchange : IDisposable
{
    /// <summary>Most bytes of a bucket of more than one weight.</summary>
    public const long DefaultBucketBytes = 25 << 20;

    // So that the first message leaves early.
    private const long FirstBucketBytes = 1 << 20;

    private readonly List<GradientBucket> _buckets = [];
    private readonly (int Bucket, int Position)[] _places;
    private readonly ITensorSum _sums;
    private IReadOnlyList<Tensor> _watched = [];
    private GradientHooks? _hooks;
    private ExceptionDispatchInfo? _failure;
    private int _thread;
    private int _sent;

    /// <summary>Lays out the buckets.</summary>
    /// <param name="weights">In the order of the module, all on one device; of the same shapes in every
    /// process.</param>
    /// <param name="sums">Sums on that device.</param>
    /// <param name="bucketBytes">Most bytes of a bucket of more than one weight.</param>
    public GradientExchange(
        IReadOnlyList<Tensor> weights, ITensorSum sums, long bucketBytes = DefaultBucketBytes)
    {
        _sums = sums;
        _places = new (int, int)[weights.Count];
        var members = new List<Tensor>();
        var bytes = 0L;
        for (var i = weights.Count - 1; i >= 0; i--)
        {
            var size = weights[i].numel() * sizeof(float);
            var most = _buckets.Count == 0 ? Math.Min(FirstBucketBytes, bucketBytes) : bucketBytes;
            if (members.Count > 0 && bytes + size > most)
            {
                _buckets.Add(new GradientBucket(members));
                members.Clear();
                bytes = 0;
            }

            _places[i] = (_buckets.Count, members.Count);
            members.Add(weights[i]);
            bytes += size;
        }

        _buckets.Add(new GradientBucket(members));
    }

    /// <summary>Messages of a step.</summary>
    public int Buckets => _buckets.Count;

    /// <summary>Bytes that are summed up in a step.</summary>
    public long Bytes => _buckets.Sum(static b => b.Bytes);

    /// <summary>Messages of the last step that left before its backward pass had ended.</summary>
    public int SentEarly { get; private set; }

    /// <summary>Comes before a <c>backward</c> on this thread that gives a whole step's gradients to parameters which
    /// have none: each bucket is sent as soon as its gradients are complete.</summary>
    /// <param name="parameters">One for each weight.</param>
    /// <returns>False where nobody tells when a gradient is complete: elsewhere than on Linux and on GPUs.</returns>
    public bool Watch(IReadOnlyList<Tensor> parameters)
    {
        if (!ReferenceEquals(_watched, parameters))
        {
            _hooks?.Dispose();
            // On a GPU gradients become complete on a thread of libtorch's own, and its sums are queued there anyway.
            _hooks = parameters.All(static p => p.device_type == DeviceType.CPU)
                ? GradientHooks.TryAttach(parameters, OnReady) : null;
            _watched = parameters;
        }

        _thread = Environment.CurrentManagedThreadId;
        return _hooks is not null;
    }

    /// <summary>Sends what has not been sent and waits for all sums.</summary>
    /// <param name="gradients">Of this process, one for each weight; null where it has none.</param>
    /// <returns>The sums, which hold until the next step's gradients come; null for a weight that no process has a
    /// gradient for.</returns>
    public Tensor?[] Sum(IReadOnlyList<Tensor?> gradients)
    {
        _thread = 0;
        _failure?.Throw();
        SentEarly = _sent;
        for (var i = gradients.Count - 1; i >= 0; i--)
        {
            _buckets[_places[i].Bucket].Fill(_places[i].Position, gradients[i]);
            SendFull();
        }

        var sums = _buckets.ConvertAll(static b => b.End());
        _buckets.ForEach(static b => b.Clear());
        _sent = 0;
        return Array.ConvertAll(_places, place => sums[place.Bucket][place.Position]);
    }

    public void Dispose()
    {
        _hooks?.Dispose();
        _buckets.ForEach(static b => b.Dispose());
        _sums.Dispose();
    }

    // libtorch calls, through which no exception may pass.
    private void OnReady(int weight)
    {
        if (_thread != Environment.CurrentManagedThreadId || _failure is not null)
        {
            return;
        }

        try
        {
            using var gradient = _watched[weight].grad;
            _buckets[_places[weight].Bucket].Fill(_places[weight].Position, gradient);
            SendFull();
        }
        catch (Exception e)
        {
            _failure = ExceptionDispatchInfo.Capture(e);
        }
    }

    private void SendFull()
    {
        while (_sent < _buckets.Count && _buckets[_sent].IsFull)
        {
            _buckets[_sent++].Begin(_sums);
        }

        for (var i = 0; i < _sent; i++)
        {
            _buckets[i].Poll();
        }
    }
}
