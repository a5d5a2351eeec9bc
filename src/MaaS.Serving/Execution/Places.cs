using MaaS.Serving.Faults;

namespace MaaS.Serving.Execution;

/// <summary>The texts that a language model has taken on: so many, and a quarter of the places to wait in is kept for
/// other callers than the one with the most.</summary>
/// <param name="model">For errors.</param>
/// <param name="rows">Texts under way.</param>
/// <param name="waiting">Texts that wait besides.</param>
internal sealed class Places(string model, int rows, int waiting)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _taken = new(StringComparer.Ordinal);
    private readonly long _limit = (long)rows + waiting;
    private long _count;

    /// <summary>Most texts that one caller may have.</summary>
    public long Share => _limit - (waiting / 4);

    /// <summary>Takes a place, which whoever has it gives back by disposing.</summary>
    /// <exception cref="QueueFullException">All are taken, or as many by the caller as may.</exception>
    public IDisposable Take(string caller)
    {
        lock (_lock)
        {
            var own = _taken.GetValueOrDefault(caller);
            if (own >= Share || _count >= _limit)
            {
                throw new QueueFullException(
                    $"model '{model}': expected at most "
                        + $"{(own >= Share ? $"{Share} texts of one caller" : $"{_limit} texts")} at once, got one "
                        + "more; try later");
            }

            _count++;
            _taken[caller] = own + 1;
            return new Place(this, caller);
        }
    }

    private void Leave(string caller)
    {
        lock (_lock)
        {
            _count--;
            if (--_taken[caller] == 0)
            {
                _taken.Remove(caller);
            }
        }
    }

    private sealed class Place(Places places, string caller) : IDisposable
    {
        private Places? _places = places;

        public void Dispose() => Interlocked.Exchange(ref _places, null)?.Leave(caller);
    }
}
