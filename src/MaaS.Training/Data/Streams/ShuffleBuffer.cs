namespace MaaS.Training.Data.Streams;

/// <summary>Draws each next item from the next few.</summary>
internal static class ShuffleBuffer
{
    /// <summary>The items in an order that depends on the draws and on the number of items alone.</summary>
    /// <param name="items">Read once, in order.</param>
    /// <param name="size">Items among which one is drawn, at least 1.</param>
    /// <param name="random">All draws.</param>
    public static IEnumerable<T> Shuffle<T>(IEnumerable<T> items, int size, SeededRandom random)
    {
        var buffer = new List<T>(Math.Min(size, 1 << 16));
        foreach (var item in items)
        {
            if (buffer.Count < size)
            {
                buffer.Add(item);
                continue;
            }

            var drawn = random.Next(size);
            var next = buffer[drawn];
            buffer[drawn] = item;
            yield return next;
        }

        while (buffer.Count > 0)
        {
            var drawn = random.Next(buffer.Count);
            var next = buffer[drawn];
            buffer[drawn] = buffer[^1];
            buffer.RemoveAt(buffer.Count - 1);
            yield return next;
        }
    }
}
