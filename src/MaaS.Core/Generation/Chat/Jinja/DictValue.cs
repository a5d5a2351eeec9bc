namespace MaaS.Core.Generation.Chat.Jinja;

/// <summary>A dictionary by strings, in the order of insertion.</summary>
internal sealed class DictValue
{
    private readonly OrderedDictionary<string, object?> _items = new(StringComparer.Ordinal);

    public int Count => _items.Count;

    public IList<string> Keys => _items.Keys;

    public IList<object?> Values => _items.Values;

    public IEnumerable<KeyValuePair<string, object?>> Items => _items;

    public object? this[string key]
    {
        set => _items[key] = value;
    }

    public bool TryGet(object? key, out object? value)
    {
        value = null;
        return key is string name && _items.TryGetValue(name, out value);
    }
}
