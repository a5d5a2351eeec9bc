namespace MaaS.Serving.Json;

/// <summary>Reads one JSON number of a tensor.</summary>
/// <typeparam name="T">Type of the element.</typeparam>
internal interface INumberText<T>
    where T : unmanaged
{
    /// <summary>Reads the number at the start of a text, as RFC 8259 has numbers.</summary>
    /// <returns>Its length; 0 where there is no number or the type cannot hold it.</returns>
    static abstract int Parse(ReadOnlySpan<byte> text, out T value);
}
