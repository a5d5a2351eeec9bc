namespace MaaS.Client;

/// <summary>What all requests to a model have.</summary>
/// <param name="model">The model.</param>
public abstract class ModelRequest(string model)
{
    /// <summary>The model.</summary>
    public string Model { get; } = model;

    /// <summary>A version; null for the server's choice.</summary>
    public string? Version { get; init; }

    /// <summary>Comes back in the answer of an inference and goes out with a text to continue; null for none. The
    /// protocol of <see cref="ClassifyRequest"/> has no place for it.</summary>
    public string? Id { get; init; }

    /// <summary>Urgency from 1, the most urgent, to 8; null for the server's default.</summary>
    public int? Priority { get; init; }

    /// <summary>
    /// Longest time for one try, in place of <see cref="MaaSClientOptions.Timeout"/>; the server is told and stops its
    /// run then. For a <see cref="GenerateRequest"/>, longest wait for a piece, of which the server is not told.
    /// Null for the option's.
    /// </summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Further headers, or metadata of gRPC; null for none.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <exception cref="ArgumentException">A value is out of range.</exception>
    internal virtual void ThrowIfFaulty()
    {
        ArgumentException.ThrowIfNullOrEmpty(Model, nameof(Model));
        if (Priority is < 1 or > 8)
        {
            throw new ArgumentOutOfRangeException(
                nameof(Priority), Priority, "Priority: expected 1 (the most urgent) to 8.");
        }

        if (Timeout is { } timeout && (timeout <= TimeSpan.Zero || timeout > MaaSClientOptions.LongestTime))
        {
            throw new ArgumentOutOfRangeException(
                nameof(Timeout), timeout, "Timeout: expected more than 0, at most a day.");
        }
    }
}
