namespace MaaS.Core.Generation.Grammars.Automata;

/// <summary>Places in order, equal by content.</summary>
internal readonly struct ConfigurationSet : IEquatable<ConfigurationSet>
{
    private readonly Configuration[] _places;
    private readonly bool _complete;
    private readonly int _hash;

    public ConfigurationSet(Configuration[] places, bool complete)
    {
        (_places, _complete) = (places, complete);
        var hash = new HashCode();
        hash.Add(complete);
        foreach (var place in places)
        {
            hash.Add(place.State);
            hash.Add(place.Stack);
        }

        _hash = hash.ToHashCode();
    }

    public bool Equals(ConfigurationSet other)
        => _hash == other._hash && _complete == other._complete && _places.AsSpan().SequenceEqual(other._places);

    public override bool Equals(object? obj) => obj is ConfigurationSet other && Equals(other);

    public override int GetHashCode() => _hash;
}
