using System.Collections;

namespace TorchSharp.Utils;

/// <summary>The numbers below size in random order, a new one for every enumeration unless there is a seed.</summary>
/// <remarks>Fisher and Yates' shuffle from the inside out.</remarks>
public class FisherYatesShuffler(long size, int? seed = null) : IEnumerable<long>
{
    public IEnumerator<long> GetEnumerator()
    {
#pragma warning disable CA5394 // Order, not secrecy.
        var random = seed is { } value ? new Random(value) : new Random();
        var order = new long[size];
        for (var i = 0L; i < size; i++)
        {
            var j = (((long)random.Next() << 32) + random.Next()) % (i + 1);   // As TorchSharp draws: one seed, one order.
            order[i] = order[j];
            order[j] = i;
        }
        return ((IEnumerable<long>)order).GetEnumerator();
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
